import { alternate, figure } from '../alternate.ts'
import type { Bench, Measurement } from '../bench.ts'
import { amountOf } from '../budget.ts'
import { startSide } from '../side.ts'
import type { JobsSetup } from './setup.ts'

/** How soon an idle worker begins a job. */
export const jobLatency: Bench = {
  name: 'job-latency',
  describe: 'COMMIT of a job → its handler begins, idle worker, against raw LISTEN',
  run: async ({ isQuick, createDatabase, signal }) => {
    const options = { setup: { databaseUrl: await createDatabase() } satisfies JobsSetup, signal }
    await using floor = await startSide(new URL('latency-floor.ts', import.meta.url), options)
    await using rindle = await startSide(new URL('latency-rindle.ts', import.meta.url), options)
    const input = { count: isQuick ? 20 : 100 }
    const figures = await alternate(
      { floor: () => floor.round(input), rindle: () => rindle.round(input) },
      { warmUps: 1, rounds: isQuick ? 1 : 8, maxSeconds: 75 },
    )
    const measurement = (name: string, key: string, budgetMs: number): Measurement => ({
      name,
      unit: 'ms',
      better: 'lower',
      floor: figure(figures.floor, key),
      rindle: figure(figures.rindle, key),
      budget: amountOf(budgetMs, 'ms'),
    })
    return [measurement('job-latency', 'ms', 5), measurement('job-latency/p99', 'p99Ms', 25)]
  },
}
