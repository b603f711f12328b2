import type { Finding, ProcessorDiagnosisContext } from '@rindle/core/adapter'
import type { DecoderPool } from './decoder-pool.ts'
import { DecoderEnded, type DecoderProcess } from './decoder-process.ts'
import type { ImageDecoder } from './image-decoder.ts'
import { IMAGE_FORMATS, type ImageFormat } from './recipes/formats.ts'
import { HEVC_PACKAGE, isHevc } from './source-types.ts'

/**
 * Checks that a decoder process can be started, which sharp it has, that it makes a picture in every needed format, and
 * that there is a decoder for the accepted types.
 * A process that answers is kept for later work; one that does not is ended.
 */
export async function* diagnose(
  { capabilities, acceptedTypes, signal }: ProcessorDiagnosisContext,
  decoders: DecoderPool,
  added: readonly ImageDecoder[],
): AsyncGenerator<Finding> {
  signal.throwIfAborted()
  const decoder = decoders.take()
  const stop = (): void => decoder.stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const { sharp, vips, decodesHevc } = await decoder.ask('tell_versions', null, decoders.timeoutMs)
    yield { id: 'sharp.version', status: 'ok', summary: `sharp ${sharp} with libvips ${vips}` }
    const needed = neededFormats(capabilities)
    const broken: string[] = []
    for (const format of needed) {
      if (!(await decoder.ask('try_format', format, decoders.timeoutMs))) broken.push(format)
    }
    if (needed.length > 0) yield formatsFinding(needed, broken)
    for (const addedDecoder of added) {
      const types = addedDecoder.contentTypes.filter((type) => acceptedTypes.has(type))
      if (types.length > 0) yield await tryDecoder(decoder, addedDecoder.name, types, decoders.timeoutMs)
    }
    const readable = new Set(added.flatMap(({ contentTypes }) => contentTypes))
    const unreadable = [...acceptedTypes].filter((type) => isHevc(type) && !readable.has(type))
    if (!decodesHevc && unreadable.length > 0) yield hevcFinding(unreadable)
  } catch (error) {
    stop()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    decoders.giveBack(decoder)
  }
}

async function tryDecoder(
  decoder: DecoderProcess,
  name: string,
  types: readonly string[],
  timeoutMs: number,
): Promise<Finding> {
  const id = `decoder.${name}`
  try {
    const version = await decoder.ask('try_decoder', name, timeoutMs)
    return { id, status: 'ok', summary: `${version} decodes ${types.join(', ')}` }
  } catch (error) {
    // The end of the process is not about this decoder alone.
    if (error instanceof DecoderEnded) throw error
    const reason = error instanceof Error ? error.message : String(error)
    const fix = 'Install its package anew, with the dependencies that it names.'
    return { id, status: 'error', summary: `cannot decode ${types.join(', ')}: ${reason}`, fix }
  }
}

// Only a warning: another worker may have a decoder, and other types are processed.
function hevcFinding(types: readonly string[]): Finding {
  return {
    id: 'decoder.missing',
    status: 'warn',
    summary: `profiles accept ${types.join(', ')}, which this process cannot decode`,
    fix: `Add \`heic()\` of ${HEVC_PACKAGE} to \`decoders\` of imageProcessor, or take the type out of \`accept\`.`,
  }
}

// A recipe with the source's own format may need any but TIFF, which browsers do not show.
function neededFormats(capabilities: ReadonlySet<string>): readonly ImageFormat[] {
  return IMAGE_FORMATS.filter(
    (format) => capabilities.has(`image/${format}`) || (format !== 'tiff' && capabilities.has('image/source')),
  )
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
