import { RindleError } from '@rindle/core'
import { damage, type ProcessorBreakage } from './breakage.ts'

export const probeBreakages: readonly ProcessorBreakage[] = [
  {
    caseName: 'reads the facts of a file, the same for concurrent probes',
    how: 'mixes up width and height',
    breaks: (good) => ({
      async probe(source, options) {
        const { width = 0, height = 0, ...facts } = await good.probe(source, options)
        return { ...facts, width: height, height: width }
      },
    }),
  },
  {
    caseName: 'reads the facts of a file, the same for concurrent probes',
    how: 'tells the duration in seconds',
    breaks: (good) => ({
      async probe(source, options) {
        const { durationMs = 0, ...facts } = await good.probe(source, options)
        return { ...facts, durationMs: durationMs / 1_000 }
      },
    }),
  },
  {
    caseName: 'refuses to probe a file beyond its limits with limit_exceeded',
    how: 'looks at pixels alone',
    breaks: (good) => ({
      probe: (source, { limits: { maxPixels } }) => good.probe(source, { limits: { maxPixels } }),
    }),
  },
  {
    caseName: 'calls a damaged file corrupt_media, if a probe can tell',
    how: 'takes damage for a limit',
    breaks: (good) => ({
      probe: (source, options) =>
        good.probe(source, options).catch(() => {
          throw new RindleError('limit_exceeded', 'The file is too large.')
        }),
    }),
  },
  {
    caseName: 'gives no verdict about the bytes of a file that a probe does not find',
    how: 'takes a missing file for a damaged one',
    breaks: (good) => ({
      probe: (source, options) =>
        good.probe(source, options).catch(() => {
          throw damage()
        }),
    }),
  },
  {
    caseName: 'gives no verdict about the bytes of a file that a probe does not find',
    how: 'tells where files are',
    breaks: (good) => ({
      probe: (source, options) =>
        good.probe(source, options).catch(() => {
          throw new RindleError('processing_failed', `Could not read ${source.path}.`)
        }),
    }),
  },
  {
    caseName: 'rejects a probe whose signal is aborted already with its reason',
    how: 'ignores the signal of a probe',
    breaks: (good) => ({ probe: (source, { limits }) => good.probe(source, { limits }) }),
  },
]
