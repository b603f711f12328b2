import { join } from 'node:path'
import { alternate, figure } from '../alternate.ts'
import type { Bench, BenchContext, Measurement } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { type Side, startSide } from '../side.ts'
import {
  CONNECTIONS,
  type CompletionRound,
  type FloorSetup,
  PATHS,
  type Path,
  type Recordings,
  type RindleSetup,
} from './setup.ts'

const COUNTS: Readonly<Record<Path, number>> = { register: 2_000, attach: 1_500, 'variant-commit': 800 }
const QUICK_COUNT = 80

/** Transitions a second. */
export const completion: Bench = {
  name: 'completion',
  describe: `register, attach and variant commit per second at ${CONNECTIONS} connections, against bare pg`,
  run: async (context) => {
    const { createDatabase, directory, signal } = context
    // One database for both: the floor's jobs go into the queues that Rindle has created, and every round empties all
    // tables.
    const setup: RindleSetup = { databaseUrl: await createDatabase(), directory: join(directory, 'work') }
    await using rindle = await startSide(new URL('rindle.ts', import.meta.url), { setup, signal })
    const { recordings } = rindle.facts as { readonly recordings: Recordings }
    const floorSetup: FloorSetup = { databaseUrl: setup.databaseUrl, recordings }
    await using floor = await startSide(new URL('floor.ts', import.meta.url), { setup: floorSetup, signal })
    const measurements: Measurement[] = []
    for (const path of PATHS) measurements.push(await measurePath(path, { floor, rindle }, context))
    return measurements
  },
}

async function measurePath(
  path: Path,
  { floor, rindle }: { readonly floor: Side; readonly rindle: Side },
  { isQuick }: BenchContext,
): Promise<Measurement> {
  const input = (isWarmUp: boolean): CompletionRound => ({
    path,
    count: isWarmUp || isQuick ? QUICK_COUNT : COUNTS[path],
  })
  const figures = await alternate(
    { floor: (isWarmUp) => floor.round(input(isWarmUp)), rindle: (isWarmUp) => rindle.round(input(isWarmUp)) },
    { warmUps: 1, rounds: isQuick ? 1 : 7, maxSeconds: 28 },
  )
  return {
    name: `completion/${path}`,
    unit: '1/s',
    better: 'higher',
    floor: figure(figures.floor, 'perSecond'),
    rindle: figure(figures.rindle, 'perSecond'),
    budget: timesFloor(0.75),
    cpu: { item: 'transaction', floorMs: figure(figures.floor, 'cpuMs'), rindleMs: figure(figures.rindle, 'cpuMs') },
  }
}
