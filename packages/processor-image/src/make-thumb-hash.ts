import type { SourceFile } from '@rindle/core'
import type { ThumbHashOptions } from '@rindle/core/adapter'
import { throwIfCancelled } from './cancellation.ts'
import { decodedBytes } from './decode-plan.ts'
import { ImageDecoding } from './image-decoding.ts'
import { mapError } from './map-error.ts'
import type { WorkContext } from './process-variants.ts'
import { readHeader } from './read-header.ts'

/** Does the work of `Processor.thumbHash`: see the port for its promises. */
export async function makeThumbHash(
  source: SourceFile,
  { limits, signal }: ThumbHashOptions,
  { gate, timeoutSeconds, readableTypes, decoders }: WorkContext,
): Promise<string> {
  throwIfCancelled(signal)
  // An output may have a type that no profile accepts.
  const { facts } = await readHeader(
    { source, limits, signal },
    { decoders, readableTypes, acceptedTypes: readableTypes },
  )
  const release = await gate.enter(decodedBytes(facts, { base: null, chained: [], direct: [], refused: [] }), signal)
  try {
    const input = { source, facts, limits, timeoutSeconds }
    using decoding = new ImageDecoding(decoders, { input, base: null, signal })
    return await decoding.thumbHash()
  } catch (error) {
    throwIfCancelled(signal)
    throw mapError(error, { step: 'decode', contentType: source.contentType })
  } finally {
    release()
  }
}
