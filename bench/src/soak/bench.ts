import { figure } from '../alternate.ts'
import type { Bench, Measurement } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { photographs } from '../images/photographs.ts'
import { watchMemory } from '../memory-watch.ts'
import { startSide } from '../side.ts'
import { firstAndLastThird } from '../thirds.ts'
import type { SoakRound, SoakSetup } from './setup.ts'

const ROUNDS = 30
/** Of what the application can do: a process that is always late says little of one in production. */
const LOAD = 0.8
const QUICK = { seconds: 0.3, rounds: 2 } as const

/** Whether an application stays stable under load. */
export const soak: Bench = {
  name: 'soak',
  describe:
    'users who upload, wait, look and delete, at 80 % load, for as long as --minutes says: memory and rate stay',
  run: async ({ isQuick, minutes, directory, sharedDirectory, createDatabase, signal }) => {
    const wanted = { megapixels: 2, count: isQuick ? 1 : 6, directory: sharedDirectory } as const
    const setup: SoakSetup = {
      directory,
      databaseUrl: await createDatabase(),
      photographs: await photographs(wanted),
    }
    await using side = await startSide(new URL('rindle.ts', import.meta.url), { setup, signal })
    const { seconds, rounds } = isQuick ? QUICK : { seconds: (minutes * 60) / ROUNDS, rounds: ROUNDS }
    using watch = watchMemory(side.processId)
    // Before the code is compiled and its caches are full it is slower, and a lower rate would be no load.
    for (const share of [0.5, 1]) await side.round({ seconds: seconds * share, perSecond: null } satisfies SoakRound)
    const [most = 0] = figure(await side.round({ seconds, perSecond: null } satisfies SoakRound), 'perSecond')
    const input: SoakRound = { seconds, perSecond: LOAD * most }
    await side.round(input)
    watch.takePeak()
    const peaks: number[] = []
    const rates: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      rates.push(...figure(await side.round(input), 'perSecond'))
      peaks.push(watch.takePeak())
    }
    return [
      againstBegin('soak/memory', { unit: 'MB', better: 'lower', budget: timesFloor(1.1) }, peaks),
      againstBegin('soak/rate', { unit: '1/s', better: 'higher', budget: timesFloor(0.9) }, rates),
    ]
  },
}

function againstBegin(
  name: string,
  kind: Pick<Measurement, 'unit' | 'better' | 'budget'>,
  values: readonly number[],
): Measurement {
  const { first, last } = firstAndLastThird(values)
  return { name, ...kind, floor: first, against: 'the first third', rindle: last }
}
