import { asInProduction } from '../as-in-production.ts'
import type { Bench, BenchContext } from '../bench.ts'
import { amountOf, timesFloor } from '../budget.ts'
import { type SideProgram, startSides } from '../compare-sides.ts'
import { APPLICATION, BARE_SCRIPT } from '../images/compare.ts'
import { photographs } from '../images/photographs.ts'
import type { ImagesRound, ImagesSetup } from '../images/setup.ts'
import { watchMemory } from '../memory-watch.ts'
import type { Side } from '../side.ts'
import { firstAndLastThird } from '../thirds.ts'

const LARGE = { megapixels: 12, count: 6, perRound: 50, rounds: 20, floorRounds: 2 } as const
const QUICK = { megapixels: 2, count: 1, perRound: 2, rounds: 2, floorRounds: 1 } as const

/** The memory of a worker with its decoders. */
export const workerMemory: Bench = {
  name: 'worker-memory',
  describe: 'resident memory of a worker and its decoders over 1,000 photos of 12 MP, 50 waiting at a time',
  run: async (context) => {
    const { rounds, floorRounds, perRound, ...wanted } = context.isQuick ? QUICK : LARGE
    const different = await photographs({ ...wanted, directory: context.sharedDirectory })
    const chosen = Array.from({ length: perRound }, (_, index) => different[index % different.length] ?? '')
    await using started = await startSides(await programsOf(context), context.signal)
    const floor = await peaksOf(started.sides.floor, { photographs: chosen }, floorRounds)
    const rindle = await peaksOf(started.sides.rindle, { photographs: chosen }, rounds)
    const { first, last } = firstAndLastThird(rindle)
    return [
      {
        name: 'worker-memory',
        unit: 'MB',
        better: 'lower',
        floor: [Math.max(...floor)],
        against: 'the chain plan',
        rindle: [Math.max(...rindle)],
        budget: amountOf(450, 'MB'),
      },
      {
        name: 'worker-memory/flat',
        unit: 'MB',
        better: 'lower',
        floor: first,
        against: 'the first third',
        rindle: last,
        budget: timesFloor(1.1),
      },
    ]
  },
}

async function programsOf(context: BenchContext): Promise<Readonly<Record<'floor' | 'rindle', SideProgram>>> {
  const { directory, createDatabase } = context
  const setup: ImagesSetup = { directory, databaseUrl: await createDatabase(), plan: 'photos_at_once', bucket: null }
  const options = asInProduction(context)
  return {
    floor: { program: BARE_SCRIPT, setup, ...options },
    rindle: { program: APPLICATION, setup, ...options },
  }
}

/** The peak of each round. */
async function peaksOf(side: Side, input: ImagesRound, rounds: number): Promise<readonly number[]> {
  using watch = watchMemory(side.processId)
  const peaks: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    await side.round(input)
    peaks.push(watch.takePeak())
  }
  return peaks
}
