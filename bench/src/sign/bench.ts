import { alternate, figure } from '../alternate.ts'
import type { Bench } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { startSide } from '../side.ts'
import { ASSET_COUNT, type SignRound } from './setup.ts'

/** URLs of many assets. */
export const sign: Bench = {
  name: 'sign',
  describe: `url() of ${ASSET_COUNT} assets against the storage's signer alone; any query fails`,
  run: async ({ isQuick, signal }) => {
    await using floor = await startSide(new URL('floor.ts', import.meta.url), { setup: {}, signal })
    await using rindle = await startSide(new URL('rindle.ts', import.meta.url), { setup: {}, signal })
    const input: SignRound = { passes: isQuick ? 3 : 20 }
    const figures = await alternate(
      { floor: () => floor.round(input), rindle: () => rindle.round(input) },
      { warmUps: isQuick ? 1 : 5, rounds: isQuick ? 2 : 40, maxSeconds: 30 },
    )
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
