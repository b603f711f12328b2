import type { Finding, ProcessorDiagnosisContext } from '@rindle/core/adapter'
import type { DecoderPool } from './decoder-pool.ts'

const FORMATS = ['jpeg', 'png', 'webp', 'avif'] as const

/**
 * Checks that a decoder process can be started, which sharp it has, and that it makes a picture in every needed format.
 * A process that answers is kept for later work; one that does not is ended.
 */
export async function* diagnose(
  { capabilities, signal }: ProcessorDiagnosisContext,
  decoders: DecoderPool,
): AsyncGenerator<Finding> {
  signal.throwIfAborted()
  const decoder = decoders.take()
  const stop = (): void => decoder.stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const { sharp, vips } = await decoder.ask('tell_versions', null, decoders.timeoutMs)
    yield { id: 'sharp.version', status: 'ok', summary: `sharp ${sharp} with libvips ${vips}` }
    const needed = FORMATS.filter((format) => capabilities.has(`image/${format}`))
    const broken: string[] = []
    for (const format of needed) {
      if (!(await decoder.ask('try_format', format, decoders.timeoutMs))) broken.push(format)
    }
    if (needed.length > 0) yield formatsFinding(needed, broken)
  } catch (error) {
    stop()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    decoders.giveBack(decoder)
  }
}

/** Judges the results for the needed formats. Pure. */
export function formatsFinding(needed: readonly string[], broken: readonly string[]): Finding {
  const id = 'sharp.formats'
  if (broken.length === 0) return { id, status: 'ok', summary: `makes ${needed.join(', ')}` }
  return {
    id,
    status: 'error',
    summary: `cannot make ${broken.join(', ')}, which profiles need`,
    fix: 'Install sharp with its own libvips, or a build of it with these encoders.',
  }
}
