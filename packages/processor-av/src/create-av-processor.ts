import { tmpdir } from 'node:os'
import type { Processor } from '@rindle/core'
import { defineProcessor } from '@rindle/core/adapter'
import { CAPABILITY_NEEDS } from './capability-needs.ts'
import { diagnose } from './diagnose.ts'
import { extractSubtitles } from './extract-subtitles.ts'
import { assertWithinLimits } from './limits.ts'
import { AV_KINDS } from './make-variant.ts'
import { movieMetadataRemover } from './metadata/metadata-remover.ts'
import { type AvProcessorOptions, parseOptions } from './options.ts'
import { probeResult } from './probe-result.ts'
import { processVariants } from './process-variants.ts'
import { SourceReports } from './source-reports.ts'
import { SOURCE_TYPES } from './source-types.ts'
import { Toolchain } from './toolchain.ts'

/**
 * Creates the processor that makes video, audio, posters, previews, strips and waveforms from video and audio, with FFmpeg.
 * Throws `config_invalid` with every problem of the options; does no I/O.
 *
 * The processor searches for FFmpeg on first use, not at `start`: a process that only enqueues needs none. Without
 * FFmpeg, probing and processing throw `program_not_found`. An old FFmpeg works, but the doctor warns of it. `stop`
 * waits for running work.
 */
export function avProcessor(options: AvProcessorOptions = {}): Processor {
  const config = parseOptions(options)
  const toolchain = new Toolchain(config)
  const sources = new SourceReports()
  const underWay = new Set<Promise<unknown>>()
  const tracked = async <Result>(work: Promise<Result>): Promise<Result> => {
    underWay.add(work)
    try {
      return await work
    } finally {
      underWay.delete(work)
    }
  }
  return defineProcessor({
    name: 'av',
    recipes: AV_KINDS,
    capabilities: new Set(Object.keys(CAPABILITY_NEEDS)),
    probes: new Set(Object.keys(SOURCE_TYPES)),
    stop: async () => {
      await Promise.allSettled(underWay)
    },
    probe: (source, { limits, signal }) =>
      tracked(
        (async () => {
          const context = { toolchain, config, directory: tmpdir(), ...(signal === undefined ? {} : { signal }) }
          const media = await sources.read(source, context)
          assertWithinLimits(media.facts, source.contentType, limits)
          return probeResult(media)
        })(),
      ),
    process: (request) => {
      const { directory, signal } = request
      return tracked(processVariants(request, sources, { toolchain, config, directory, signal }))
    },
    metadataRemover: movieMetadataRemover,
    extractSubtitles: (source, { limits, directory, signal }) =>
      tracked(extractSubtitles(source, { limits, directory }, { toolchain, config, directory, signal })),
    diagnose: (context) => diagnose(config, context),
  })
}
