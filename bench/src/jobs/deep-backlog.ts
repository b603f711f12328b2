import { figure } from '../alternate.ts'
import type { Bench } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { startSide } from '../side.ts'
import { firstAndLastThird } from '../thirds.ts'
import { BACKLOG_SLOTS, type JobsRound, type JobsSetup } from './setup.ts'

/** Whether a long queue slows down its workers. */
export const deepBacklog: Bench = {
  name: 'deep-backlog',
  describe: `100,000 waiting no-op jobs, ${BACKLOG_SLOTS} slots: the rate at the end against the rate at the begin`,
  run: async ({ isQuick, createDatabase, signal }) => {
    const setup: JobsSetup = { databaseUrl: await createDatabase() }
    await using rindle = await startSide(new URL('backlog-rindle.ts', import.meta.url), { setup, signal })
    const warmUp: JobsRound = { count: 500 }
    await rindle.round(warmUp)
    const input: JobsRound = { count: isQuick ? 1_000 : 100_000 }
    const { first, last } = firstAndLastThird(figure(await rindle.round(input), 'partsPerSecond'))
    return [
      {
        name: 'deep-backlog',
        unit: '1/s',
        better: 'higher',
        floor: first,
        against: 'the first third',
        rindle: last,
        budget: timesFloor(0.9),
      },
    ]
  },
}
