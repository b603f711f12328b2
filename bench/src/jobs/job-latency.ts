import { figure } from '../alternate.ts'
import type { Bench, Measurement } from '../bench.ts'
import { amountOf } from '../budget.ts'
import { compareSides } from '../compare-sides.ts'
import type { JobsRound, JobsSetup } from './setup.ts'

/** How soon an idle worker begins a job. */
export const jobLatency: Bench = {
  name: 'job-latency',
  describe: 'COMMIT of a job → its handler begins, idle worker, against raw LISTEN',
  run: async ({ isQuick, createDatabase, signal }) => {
    const setup: JobsSetup = { databaseUrl: await createDatabase() }
    const programs = {
      floor: { program: new URL('latency-floor.ts', import.meta.url), setup },
      rindle: { program: new URL('latency-rindle.ts', import.meta.url), setup },
    }
    const round: JobsRound = { count: isQuick ? 20 : 100 }
    const duration = { warmUps: 1, rounds: isQuick ? 1 : 8, maxSeconds: 75 }
    const figures = await compareSides(programs, { ...duration, input: () => round, signal })
    const measurement = (name: string, key: string, budgetMs: number): Measurement => ({
      name,
      unit: 'ms',
      better: 'lower',
      floor: figure(figures.floor, key),
      rindle: figure(figures.rindle, key),
      budget: amountOf(budgetMs, 'ms'),
    })
    return [measurement('job-latency', 'ms', 3), measurement('job-latency/p99', 'p99Ms', 15)]
  },
}
