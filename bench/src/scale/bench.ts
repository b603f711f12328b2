import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pgBouncerMissing, startPgBouncer } from '@rindle/test-pgbouncer'
import { alternate, figure } from '../alternate.ts'
import type { Bench, BenchContext } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { type StartedSides, startSides } from '../compare-sides.ts'
import { photographs } from '../images/photographs.ts'
import type { ScaleRound, ScaleSetup } from './setup.ts'

const PRODUCER = new URL('producer.ts', import.meta.url)
const WORKER = new URL('worker.ts', import.meta.url)
const FOUR = 'four workers'

/** The gain from more worker processes. */
export const scale: Bench = {
  name: 'scale',
  describe:
    '48 photos of 12 MP through two worker processes of one slot each, against one; PgBouncer before the database',
  run: async ({ isQuick, directory, sharedDirectory, createDatabase, signal }) => {
    const missing = await pgBouncerMissing()
    if (missing !== undefined) throw new Error(`This bench runs behind PgBouncer, but ${missing}.`)
    // At the end of a round, one of two workers waits for the other: for half a photo, on average.
    const perRound = isQuick ? 2 : 48
    const wanted = { megapixels: isQuick ? 2 : 12, count: isQuick ? 1 : 6 } as const
    const different = await photographs({ ...wanted, directory: sharedDirectory })
    const chosen = Array.from({ length: perRound }, (_, index) => different[index % different.length] ?? '')
    const directUrls = [await createDatabase(), await createDatabase(), await createDatabase()] as const
    const pgBouncer = await startPgBouncer(directUrls[0])
    const setupOf = async (directUrl: string): Promise<ScaleSetup> => {
      const own = join(directory, new URL(directUrl).pathname)
      await mkdir(own)
      return { directory: own, database: { poolerUrl: pgBouncer.urlOf(directUrl), directUrl } }
    }
    try {
      await using one = await fleet(await setupOf(directUrls[0]), 1, signal)
      await using two = await fleet(await setupOf(directUrls[1]), 2, signal)
      await using four = await fleet(await setupOf(directUrls[2]), 4, signal)
      const round =
        ({ sides }: StartedSides<string>) =>
        async (isWarmUp: boolean) => {
          const input: ScaleRound = { photographs: isWarmUp ? chosen.slice(0, 4) : chosen }
          return (await sides['producer']?.round(input)) ?? {}
        }
      const figures = await alternate(
        { one: round(one), two: round(two), four: round(four) },
        isQuick ? { warmUps: 0, rounds: 1, maxSeconds: 10 } : { warmUps: 1, rounds: 3, maxSeconds: 200 },
      )
      return [
        {
          name: 'scale',
          unit: '1/s',
          better: 'higher',
          floor: figure(figures.one, 'perSecond'),
          against: 'one worker',
          rindle: figure(figures.two, 'perSecond'),
          budget: timesFloor(1.9),
          peers: { [FOUR]: figure(figures.four, 'perSecond') },
        },
      ]
    } finally {
      await pgBouncer.stop()
    }
  },
}

/** A process that takes uploads, and as many workers. */
function fleet(setup: ScaleSetup, workers: number, signal: BenchContext['signal']): Promise<StartedSides<string>> {
  const names = Array.from({ length: workers }, (_, index) => [`worker ${index}`, { program: WORKER, setup }] as const)
  return startSides({ producer: { program: PRODUCER, setup }, ...Object.fromEntries(names) }, signal)
}
