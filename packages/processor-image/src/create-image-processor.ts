import type { Processor } from '@rindle/core'
import { defineProcessor, type ProbeResult } from '@rindle/core/adapter'
import { throwIfCancelled } from './cancellation.ts'
import { DecoderPool } from './decoder-pool.ts'
import { diagnose } from './diagnose.ts'
import { makeThumbHash } from './make-thumb-hash.ts'
import { imageMetadataRemover } from './metadata/metadata-remover.ts'
import { type ImageProcessorOptions, parseOptions } from './options.ts'
import { processVariants, type WorkContext } from './process-variants.ts'
import { readHeader, type SourceHeader } from './read-header.ts'
import { IMAGE_FORMATS } from './recipes/formats.ts'
import { imageKind } from './recipes/image-kind.ts'
import { SOURCE_TYPES } from './source-types.ts'
import { WorkGate } from './work-gate.ts'

// sharp's own timeout comes first where it works, and leaves the process alive.
const TIMEOUT_GRACE_MS = 3_000

/**
 * Makes images from images, with sharp. Throws `config_invalid` with every problem of the options; does no I/O.
 *
 * Decoding and encoding run in separate processes: at most `concurrency`, and one that reads headers (for a moment two,
 * after a file has ended that one). They begin when there is work, keep no process alive, and end with `stop`, which
 * waits for running work first, or with this process. `start` receives the accepted types: loaders for files of other
 * types are off. Both are safe to repeat. Until `start`, every type in `probes` is read.
 */
export function imageProcessor(options: ImageProcessorOptions = {}): Processor {
  const { concurrency, maxDecodedBytes, maxMemoryBytes, timeoutSeconds, truncated, decoders } = parseOptions(options)
  const readableTypes = new Set([...SOURCE_TYPES.keys(), ...decoders.flatMap(({ contentTypes }) => contentTypes)])
  const gate = new WorkGate(concurrency, maxDecodedBytes)
  const contextFor = (acceptedTypes: ReadonlySet<string>): WorkContext => ({
    gate,
    timeoutSeconds,
    readableTypes,
    acceptedTypes,
    decoders: new DecoderPool({
      concurrency,
      maxMemoryBytes,
      truncated,
      acceptedTypes: [...acceptedTypes],
      decoders: decoders
        .filter(({ contentTypes }) => contentTypes.some((type) => acceptedTypes.has(type)))
        .map((decoder) => ({ ...decoder, module: decoder.module.href })),
      timeoutMs: timeoutSeconds * 1000 + TIMEOUT_GRACE_MS,
    }),
  })
  let context = contextFor(readableTypes)
  const underWay = new Set<Promise<unknown>>()
  const track = async <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work)
    try {
      return await work
    } finally {
      underWay.delete(work)
    }
  }
  const finish = async (ended: WorkContext): Promise<void> => {
    await Promise.allSettled(underWay)
    await ended.decoders.stop()
  }
  return defineProcessor({
    name: 'image',
    recipes: [imageKind],
    capabilities: new Set([...IMAGE_FORMATS, 'source'].map((format) => `image/${format}`)),
    probes: readableTypes,
    async start({ acceptedTypes }) {
      const before = context
      context = contextFor(acceptedTypes)
      await finish(before)
    },
    stop: () => finish(context),
    async probe(source, { limits, signal }) {
      throwIfCancelled(signal)
      const header = await track(readHeader({ source, limits, ...(signal === undefined ? {} : { signal }) }, context))
      throwIfCancelled(signal)
      return probeResult(header)
    },
    process: (request) => track(processVariants(request, context)),
    metadataRemover: imageMetadataRemover,
    thumbHash: (picture, { limits, signal }) => track(makeThumbHash(picture, { limits, signal }, context)),
    diagnose: (diagnosis) => diagnose(diagnosis, context.decoders, decoders),
  })
}

// Facts for people and programs, without anything that names a person or a place (EXIF, XMP, IPTC).
function probeResult({ facts, picture }: SourceHeader): ProbeResult {
  return {
    kind: 'image',
    width: facts.width,
    height: facts.height,
    metadata: {
      format: facts.contentType.replace(/^image\//, ''),
      space: facts.space,
      depth: picture.depth,
      channels: picture.channels,
      hasAlpha: facts.hasAlpha,
      hasProfile: picture.hasProfile,
      isProgressive: picture.isProgressive,
      isAnimated: facts.frames > 1,
      pages: picture.pages,
      orientation: facts.orientation,
    },
  }
}
