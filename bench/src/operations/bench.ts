import { alternate, figure } from '../alternate.ts'
import { asInProduction } from '../as-in-production.ts'
import type { Bench, Measurement } from '../bench.ts'
import { amountOf, timesFloor } from '../budget.ts'
import { startSides } from '../compare-sides.ts'
import { watchMemory } from '../memory-watch.ts'
import type { Side } from '../side.ts'
import { firstAndLastThird } from '../thirds.ts'
import { fillOperations } from './fill.ts'
import { type OperationsRound, type OperationsSetup, type Question, VERBS } from './setup.ts'

/** Milliseconds that an answer may take. */
const QUESTIONS: Readonly<Record<Question, number>> = { status: 1_000, checkInvariants: 20_000 }
const BARE_SCAN = 'a scan by bare pg'

/** The day-2 verbs over many rows. */
export const operations: Bench = {
  name: 'operations',
  describe: 'the status, and maintenance, over 1,000,000 assets, 3,000,000 variants and 1,000,000 undelivered events',
  run: async ({ isQuick, directory, createDatabase, signal }) => {
    const setup: OperationsSetup = { databaseUrl: await createDatabase() }
    await fillOperations(setup.databaseUrl, isQuick)
    const options = { setup, ...asInProduction({ isQuick, directory }) }
    const programs = {
      floor: { program: new URL('floor.ts', import.meta.url), ...options },
      rindle: { program: new URL('rindle.ts', import.meta.url), ...options },
    }
    await using started = await startSides(programs, signal)
    const { floor, rindle } = started.sides
    const answers: Measurement[] = []
    for (const question of Object.keys(QUESTIONS) as Question[]) {
      answers.push(await measureAnswer({ floor, rindle }, question, isQuick))
    }
    return [...answers, ...(await measureMaintenance({ floor, rindle }))]
  },
}

interface BothSides {
  readonly floor: Side
  readonly rindle: Side
}

async function measureAnswer({ floor, rindle }: BothSides, task: Question, isQuick: boolean): Promise<Measurement> {
  const input: OperationsRound = { task }
  const figures = await alternate(
    { floor: () => floor.round(input), rindle: () => rindle.round(input) },
    { warmUps: 1, rounds: isQuick ? 1 : 10, maxSeconds: 60 },
  )
  return {
    name: `operations/${task}`,
    unit: 'ms',
    better: 'lower',
    floor: figure(figures.floor, 'ms'),
    against: 'counts by state alone',
    rindle: figure(figures.rindle, 'ms'),
    budget: amountOf(QUESTIONS[task], 'ms'),
  }
}

/**
 * Runs one verb after the other: pages must take as long at the end as at the start, and the peak memory is measured.
 */
async function measureMaintenance({ floor, rindle }: BothSides): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = []
  const scanned = await peakDuring(floor, () => floor.round({ task: 'verifyStorage' }))
  const peaks: number[] = []
  for (const task of VERBS) {
    const input: OperationsRound = { task }
    const { figures, peak } = await peakDuring(rindle, () => rindle.round(input))
    peaks.push(peak)
    const pageMs = figure(figures, 'pageMs')
    const { first, last } = firstAndLastThird(pageMs)
    measurements.push({
      name: `operations/${task}`,
      unit: 'ms',
      better: 'lower',
      floor: first,
      against: 'the first third',
      rindle: last,
      budget: timesFloor(1.2),
      peers: { [BARE_SCAN]: figure(scanned.figures, 'pageMs') },
    })
  }
  return [
    ...measurements,
    {
      name: 'operations/memory',
      unit: 'MB',
      better: 'lower',
      floor: [scanned.peak],
      against: BARE_SCAN,
      rindle: [Math.max(...peaks)],
      budget: amountOf(150, 'MB'),
    },
  ]
}

async function peakDuring<T>(
  { processId }: Side,
  work: () => Promise<T>,
): Promise<{ readonly figures: T; readonly peak: number }> {
  using watch = watchMemory(processId)
  const figures = await work()
  return { figures, peak: watch.takePeak() }
}
