import type { Finding, ProcessorDiagnosisContext } from '@rindle/core'
import sharp from 'sharp'

const FORMATS = ['jpeg', 'png', 'webp', 'avif'] as const

/** Checks which sharp this is, and makes a picture in every format that is needed. */
export async function* diagnose({ capabilities, signal }: ProcessorDiagnosisContext): AsyncGenerator<Finding> {
  const { versions } = sharp
  yield { id: 'sharp.version', status: 'ok', summary: `sharp ${versions.sharp} with libvips ${versions.vips}` }
  const needed = FORMATS.filter((format) => capabilities.has(`image/${format}`))
  if (needed.length === 0) return
  const broken: string[] = []
  for (const format of needed) {
    signal.throwIfAborted()
    if (!(await canMake(format))) broken.push(format)
  }
  yield formatsFinding(needed, broken)
}

async function canMake(format: (typeof FORMATS)[number]): Promise<boolean> {
  try {
    const { info } = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#3a7bd5' } })
      .toFormat(format)
      .toBuffer({ resolveWithObject: true })
    // libvips calls AVIF by the name of its container.
    return info.format === (format === 'avif' ? 'heif' : format) && info.size > 0
  } catch {
    // Why is of no use to who reads it: a build has an encoder, or not.
    return false
  }
}

/** Judges what came of the formats that are needed. Pure. */
export function formatsFinding(needed: readonly string[], broken: readonly string[]): Finding {
  const id = 'sharp.formats'
  if (broken.length === 0) return { id, status: 'ok', summary: `makes ${needed.join(', ')}` }
  return {
    id,
    status: 'error',
    summary: `cannot make ${broken.join(', ')}, which profiles need`,
    fix: 'Install sharp with its own libvips, or one that was built with these encoders.',
  }
}
