import { appendFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { VariantOutcome } from '@rindle/core/adapter'
import { handingOver, type ProcessorBreakage, requesting } from './breakage.ts'

export const outcomeBreakages: readonly ProcessorBreakage[] = [
  {
    caseName: 'gives each variant one outcome, whose output exists, with its size and the type of its recipe',
    how: 'gives the outcome of the first variant twice',
    breaks: requesting(({ onOutcome }) => {
      let count = 0
      return {
        onOutcome: async (outcome) => {
          count += 1
          await onOutcome(outcome)
          if (count === 1) await onOutcome(outcome)
        },
      }
    }),
  },
  {
    caseName: 'gives each variant one outcome, whose output exists, with its size and the type of its recipe',
    how: 'forgets the last variant',
    breaks: requesting(({ variants }) => ({ variants: variants.slice(0, -1) })),
  },
  {
    caseName: 'gives each variant one outcome, whose output exists, with its size and the type of its recipe',
    how: 'makes everything in one format',
    breaks: handingOver((outcome) =>
      'output' in outcome ? { ...outcome, output: { ...outcome.output, contentType: 'image/png' } } : outcome,
    ),
  },
  {
    caseName: 'hands over one outcome at a time, and ends when the last was taken',
    how: 'hands over all outcomes at once',
    breaks: (good) => ({
      async process(request) {
        const handing: Promise<void>[] = []
        const onOutcome = async (outcome: VariantOutcome) => void handing.push(request.onOutcome(outcome))
        await good.process({ ...request, onOutcome })
        await Promise.all(handing)
      },
    }),
  },
  {
    caseName: 'hands over one outcome at a time, and ends when the last was taken',
    how: 'does not wait for its receiver',
    breaks: requesting(({ onOutcome }) => ({ onOutcome: async (outcome) => void onOutcome(outcome) })),
  },
  {
    caseName: 'ends with the error of a receiver that cannot take an outcome, and hands over nothing after it',
    how: 'goes on when an outcome was not taken',
    breaks: requesting(({ onOutcome }) => ({ onOutcome: (outcome) => onOutcome(outcome).catch(() => {}) })),
  },
  {
    caseName: 'reports progress from 0 to 100 of running variants, and never backwards',
    how: 'begins anew in the middle',
    breaks: requesting(({ onProgress }) => ({
      onProgress: (name, percent) => {
        onProgress(name, percent)
        onProgress(name, 0)
      },
    })),
  },
  {
    caseName: 'reports progress from 0 to 100 of running variants, and never backwards',
    how: 'goes on to tell progress of what is done',
    breaks: requesting(({ onOutcome, onProgress }) => ({
      onOutcome: async (outcome) => {
        await onOutcome(outcome)
        onProgress(outcome.name, 100)
      },
    })),
  },
  {
    caseName: 'makes the same bytes together, alone, and beside existing variants',
    how: 'makes others beside siblings',
    breaks: (good) => ({
      process: (request) =>
        good.process({
          ...request,
          onOutcome: async (outcome) => {
            if ('output' in outcome && (request.siblings ?? []).length > 0) await appendFile(outcome.output.path, ' ')
            await request.onOutcome(outcome)
          },
        }),
    }),
  },
  {
    caseName: 'works on several requests at once, and keeps them apart',
    how: 'works in one directory for all',
    breaks: (good) => {
      let shared: string | undefined
      return {
        process: (request) => {
          shared ??= request.directory
          return good.process({ ...request, directory: shared })
        },
      }
    },
  },
  {
    caseName: 'makes variants of a file with any name',
    how: 'goes by the extension',
    breaks: (good) => ({
      process: async (request) => {
        if (basename(request.source.path).includes('%')) throw new Error('That is a pattern.')
        await good.process(request)
      },
    }),
  },
]
