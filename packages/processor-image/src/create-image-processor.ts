import type { ProbeResult, Processor } from '@rindle/core'
import { throwIfCancelled } from './cancellation.ts'
import { diagnose } from './diagnose.ts'
import { type ImageProcessorOptions, parseOptions } from './options.ts'
import { processVariants } from './process-variants.ts'
import { type Release, useSharp } from './process-wide-settings.ts'
import { readHeader, type SourceHeader } from './read-header.ts'
import { SOURCE_TYPES } from './source-types.ts'
import { WorkGate } from './work-gate.ts'

const CAPABILITIES = ['image/jpeg', 'image/png', 'image/webp', 'image/avif']

/**
 * Makes images from images, with sharp. Throws `config_invalid` with every problem of the options; does no I/O.
 *
 * `start` changes settings that sharp has once per process: one thread per image, no cache, and every loader for files
 * off that no accepted type needs (several instances add up). `stop` waits for work under way and puts them back; both
 * are safe to repeat. Until `start` every type in `probes` is read.
 */
export function imageProcessor(options: ImageProcessorOptions = {}): Processor {
  const { concurrency, maxDecodedBytes, timeoutSeconds } = parseOptions(options)
  const gate = new WorkGate(concurrency, maxDecodedBytes)
  let acceptedTypes: ReadonlySet<string> = new Set(SOURCE_TYPES.keys())
  const underWay = new Set<Promise<void>>()
  let release: Release | undefined
  return {
    name: 'image',
    capabilities: new Set(CAPABILITIES),
    probes: new Set(SOURCE_TYPES.keys()),
    async start(context) {
      const releaseBefore = release
      acceptedTypes = context.acceptedTypes
      release = useSharp(acceptedTypes)
      releaseBefore?.()
    },
    async stop() {
      await Promise.allSettled(underWay)
      release?.()
    },
    async probe(source, { limits, signal }) {
      throwIfCancelled(signal)
      const header = await readHeader(source, limits, acceptedTypes)
      throwIfCancelled(signal)
      return probeResult(header)
    },
    async process(request) {
      const work = processVariants(request, { gate, timeoutSeconds, acceptedTypes })
      underWay.add(work)
      try {
        await work
      } finally {
        underWay.delete(work)
      }
    },
    diagnose,
  }
}

// Facts for people and programs; what names a person or a place (EXIF, XMP, IPTC) is not among them.
function probeResult({ facts, metadata }: SourceHeader): ProbeResult {
  const isAnimated = facts.frames > 1 || facts.contentType === 'image/apng'
  return {
    kind: 'image',
    width: facts.width,
    height: facts.height,
    metadata: {
      format: facts.contentType.replace(/^image\//, ''),
      space: facts.space,
      depth: metadata.depth,
      channels: metadata.channels,
      hasAlpha: facts.hasAlpha,
      hasProfile: metadata.hasProfile,
      isProgressive: metadata.isProgressive,
      isAnimated,
      pages: metadata.pages ?? 1,
      orientation: facts.orientation,
    },
  }
}
