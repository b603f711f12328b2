import { alternate, type Figures, figure } from '../alternate.ts'
import type { Bench } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { type Side, startSide } from '../side.ts'
import { sendByTus } from './send-tus.ts'
import type { TusFacts, TusSetup } from './setup.ts'

const MEBIBYTE = 1024 * 1024

/** Large resumable uploads. */
export const tus: Bench = {
  name: 'tus',
  describe: '1 GiB by one PATCH of tus on this machine, to the disk',
  run: async ({ isQuick, directory, createDatabase, signal }) => {
    const setup: TusSetup = { directory, databaseUrl: await createDatabase() }
    await using floor = await startSide(new URL('floor.ts', import.meta.url), { setup, signal })
    await using rindle = await startSide(new URL('rindle.ts', import.meta.url), { setup, signal })
    const byteSize = (isQuick ? 32 : 1024) * MEBIBYTE
    const figures = await alternate(
      { floor: () => uploadOnce(floor, byteSize), rindle: () => uploadOnce(rindle, byteSize) },
      { warmUps: 1, rounds: isQuick ? 1 : 7, maxSeconds: 75 },
    )
    return [
      {
        name: 'tus',
        unit: 'ms',
        better: 'lower',
        floor: figure(figures.floor, 'ms'),
        rindle: figure(figures.rindle, 'ms'),
        // 0.8 of its throughput.
        budget: timesFloor(1.25),
      },
    ]
  },
}

async function uploadOnce(side: Side, byteSize: number): Promise<Figures> {
  const { port } = side.facts as TusFacts
  const begin = performance.now()
  await sendByTus(port, byteSize)
  const ms = performance.now() - begin
  await side.round()
  return { ms: [ms] }
}
