import { figure } from '../alternate.ts'
import type { Bench } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { compareSides } from '../compare-sides.ts'
import { BACKLOG_SLOTS, type JobsRound, type JobsSetup } from './setup.ts'

/** How fast many waiting jobs are taken. */
export const backlog: Bench = {
  name: 'backlog',
  describe: `10,000 waiting no-op jobs, ${BACKLOG_SLOTS} slots, against pg-boss with notifyWorker`,
  run: async ({ isQuick, createDatabase, signal }) => {
    // One database each, so that neither works over the other's dead rows.
    const setup = async (): Promise<JobsSetup> => ({ databaseUrl: await createDatabase() })
    const programs = {
      floor: { program: new URL('backlog-floor.ts', import.meta.url), setup: await setup() },
      rindle: { program: new URL('backlog-rindle.ts', import.meta.url), setup: await setup() },
    }
    const count = isQuick ? 500 : 10_000
    const input = (isWarmUp: boolean): JobsRound => ({ count: isWarmUp ? count / 10 : count })
    const duration = { warmUps: 1, rounds: isQuick ? 1 : 5, maxSeconds: 80 }
    const figures = await compareSides(programs, { ...duration, input, signal })
    return [
      {
        name: 'backlog',
        unit: '1/s',
        better: 'higher',
        floor: figure(figures.floor, 'perSecond'),
        rindle: figure(figures.rindle, 'perSecond'),
        budget: timesFloor(1.5),
        cpu: { item: 'job', floorMs: figure(figures.floor, 'cpuMs'), rindleMs: figure(figures.rindle, 'cpuMs') },
      },
    ]
  },
}
