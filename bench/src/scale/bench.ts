import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { alternate, figure } from '../alternate.ts'
import type { Bench } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { startSides } from '../compare-sides.ts'
import { photographs } from '../images/photographs.ts'
import type { ScaleRound, ScaleSetup } from './setup.ts'

const PRODUCER = new URL('producer.ts', import.meta.url)
const WORKER = new URL('worker.ts', import.meta.url)

/** The gain from a second worker process. */
export const scale: Bench = {
  name: 'scale',
  describe: '24 photos of 12 MP through two worker processes of one slot each, against one',
  run: async ({ isQuick, directory, sharedDirectory, createDatabase, signal }) => {
    const perRound = isQuick ? 2 : 24
    const wanted = { megapixels: isQuick ? 2 : 12, count: isQuick ? 1 : 6 } as const
    const different = await photographs({ ...wanted, directory: sharedDirectory })
    const chosen = Array.from({ length: perRound }, (_, index) => different[index % different.length] ?? '')
    const setupIn = async (name: string): Promise<ScaleSetup> => {
      await mkdir(join(directory, name))
      return { directory: join(directory, name), databaseUrl: await createDatabase() }
    }
    const one = await setupIn('one')
    const two = await setupIn('two')
    const programs = {
      one: { program: PRODUCER, setup: one },
      'worker of one': { program: WORKER, setup: one },
      two: { program: PRODUCER, setup: two },
      'first worker of two': { program: WORKER, setup: two },
      'second worker of two': { program: WORKER, setup: two },
    }
    await using started = await startSides(programs, signal)
    const { sides } = started
    const input = (isWarmUp: boolean): ScaleRound => ({ photographs: isWarmUp ? chosen.slice(0, 4) : chosen })
    const figures = await alternate(
      { one: (isWarmUp) => sides.one.round(input(isWarmUp)), two: (isWarmUp) => sides.two.round(input(isWarmUp)) },
      isQuick ? { warmUps: 0, rounds: 1, maxSeconds: 10 } : { warmUps: 1, rounds: 5, maxSeconds: 120 },
    )
    return [
      {
        name: 'scale',
        unit: '1/s',
        better: 'higher',
        floor: figure(figures.one, 'perSecond'),
        against: 'one worker',
        rindle: figure(figures.two, 'perSecond'),
        budget: timesFloor(1.8),
      },
    ]
  },
}
