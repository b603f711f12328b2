import { alternate, figure } from '../alternate.ts'
import type { Bench } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { startSides } from '../compare-sides.ts'
import type { TusSetup } from './setup.ts'
import { uploadByTus } from './upload-by-tus.ts'

const MEBIBYTE = 1024 * 1024

/** Large resumable uploads. */
export const tus: Bench = {
  name: 'tus',
  describe: '1 GiB by one PATCH of tus on this machine, to the disk',
  run: async ({ isQuick, directory, createDatabase, signal }) => {
    const setup: TusSetup = { directory, databaseUrl: await createDatabase() }
    const programs = {
      floor: { program: new URL('floor.ts', import.meta.url), setup },
      rindle: { program: new URL('rindle.ts', import.meta.url), setup },
    }
    await using started = await startSides(programs, signal)
    const { floor, rindle } = started.sides
    const byteSize = (isQuick ? 32 : 1024) * MEBIBYTE
    const figures = await alternate(
      { floor: () => uploadByTus(floor, byteSize), rindle: () => uploadByTus(rindle, byteSize) },
      { warmUps: 1, rounds: isQuick ? 1 : 7, maxSeconds: 75 },
    )
    return [
      {
        name: 'tus',
        unit: 'ms',
        better: 'lower',
        against: '@tus/server',
        floor: figure(figures.floor, 'ms'),
        rindle: figure(figures.rindle, 'ms'),
        budget: timesFloor(1),
      },
    ]
  },
}
