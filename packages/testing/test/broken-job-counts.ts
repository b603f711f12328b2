import type { JobsBreakage } from './broken-jobs.ts'

/** Ways to be wrong about what there is. */
export const COUNT_BREAKAGES: readonly JobsBreakage[] = [
  {
    caseName: 'calls a key live while its job waits and while it runs, and no longer',
    how: 'finds nothing alive',
    breaks: () => ({ findLive: async () => new Set() }),
  },
  {
    caseName: 'finds live keys in the queue asked for alone, and none when asked for none',
    how: 'looks for keys in the wrong queue',
    breaks: (good) => ({ findLive: (_, keys) => good.findLive('rindle_promote', keys) }),
  },
  {
    caseName: 'counts the waiting and the active jobs of every queue',
    how: 'counts active jobs among the waiting',
    breaks: (good) => ({
      counts: async () => (await good.counts()).map((count) => ({ ...count, waiting: count.waiting + count.active })),
    }),
  },
  {
    caseName: 'reports how long ago the oldest dead letter died, and nothing if there is none',
    how: 'takes every dead letter for young',
    breaks: (good) => ({
      counts: async () =>
        (await good.counts()).map((count) => ({
          ...count,
          oldestDeadSeconds: count.oldestDeadSeconds === null ? null : 0,
        })),
    }),
  },
  {
    caseName: 'reports how long the oldest due job has waited, and nothing while none is due',
    how: 'takes every wait for none',
    breaks: (good) => ({
      counts: async () =>
        (await good.counts()).map((count) => ({
          ...count,
          oldestWaitSeconds: count.oldestWaitSeconds === null ? null : 0,
        })),
    }),
  },
]
