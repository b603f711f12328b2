import { figure } from '../alternate.ts'
import type { Bench } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { compareSides } from '../compare-sides.ts'
import { ASSET_COUNT, type SignRound } from './setup.ts'

/** URLs of many assets. */
export const sign: Bench = {
  name: 'sign',
  describe: `url() of ${ASSET_COUNT} assets against the storage's signer alone; any query fails`,
  run: async ({ isQuick, signal }) => {
    const programs = {
      floor: { program: new URL('floor.ts', import.meta.url), setup: {} },
      rindle: { program: new URL('rindle.ts', import.meta.url), setup: {} },
    }
    const round: SignRound = { passes: isQuick ? 3 : 20 }
    const duration = { warmUps: isQuick ? 1 : 5, rounds: isQuick ? 2 : 40, maxSeconds: 30 }
    const figures = await compareSides(programs, { ...duration, input: () => round, signal })
    return [
      {
        name: 'sign',
        unit: 'ms',
        better: 'lower',
        floor: figure(figures.floor, 'ms'),
        rindle: figure(figures.rindle, 'ms'),
        budget: timesFloor(1.2),
        cpu: { item: 'URL', floorMs: figure(figures.floor, 'cpuMs'), rindleMs: figure(figures.rindle, 'cpuMs') },
      },
    ]
  },
}
