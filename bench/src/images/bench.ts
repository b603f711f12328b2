import { join } from 'node:path'
import { type AlternateOptions, alternate, type Figures, figure, type Sides } from '../alternate.ts'
import type { Bench, BenchContext, Measurement } from '../bench.ts'
import { type Budget, floorPlus, timesFloor } from '../budget.ts'
import { startSide } from '../side.ts'
import { type PhotographOptions, photographs } from './photographs.ts'
import type { FloorPlan, ImagesRound, ImagesSetup } from './setup.ts'

interface Scenario extends AlternateOptions, Omit<PhotographOptions, 'directory'> {
  /** Photos in one round; there may be fewer different ones. */
  readonly perRound: number
  readonly plan: FloorPlan
}

/** Photos of a warm-up, at most. */
const WARM_UP = 8
const QUICK = { megapixels: 2, count: 1, warmUps: 1, rounds: 1, maxSeconds: 5 } as const
const LARGE = { megapixels: 12, count: 6, warmUps: 1, rounds: 8, maxSeconds: 75 } as const
const SMALL = { megapixels: 2, count: 6, warmUps: 1, rounds: 4, maxSeconds: 80 } as const
const ONE = { megapixels: 12, count: 1, warmUps: 2, rounds: 25, maxSeconds: 60 } as const

/** Throughput over large photos. */
export const images: Bench = {
  name: 'images',
  describe: '12 photos of 12 MP at once, 4 WebP variants each, uploaded → all ready, local storage',
  run: (context) => {
    const scenario = context.isQuick ? { ...QUICK, perRound: 4 } : { ...LARGE, perRound: 12 }
    return compare('images', timesFloor(1.08), { ...scenario, plan: 'photos_at_once' }, context)
  },
}

/** Throughput over small photos, where the work around each photo weighs more. */
export const smallImages: Bench = {
  name: 'small-images',
  describe: '200 photos of 2 MP in rounds of 50 at once, 4 WebP variants each, uploaded → all ready',
  run: (context) => {
    const scenario = context.isQuick ? { ...QUICK, perRound: 6 } : { ...SMALL, perRound: 50 }
    return compare('small-images', timesFloor(1.12), { ...scenario, plan: 'photos_at_once' }, context)
  },
}

/** Latency of one photo. */
export const timeToReady: Bench = {
  name: 'time-to-ready',
  describe: 'one photo of 12 MP, verified → 4 WebP variants ready, idle worker',
  run: (context) => {
    const scenario = context.isQuick ? QUICK : ONE
    return compare(
      'time-to-ready',
      floorPlus(40, 'ms'),
      { ...scenario, perRound: 1, plan: 'variants_at_once' },
      context,
    )
  },
}

async function compare(
  name: string,
  budget: Budget,
  scenario: Scenario,
  context: BenchContext,
): Promise<readonly Measurement[]> {
  const different = await photographs({ ...scenario, directory: join(context.directory, 'photographs') })
  const chosen = Array.from({ length: scenario.perRound }, (_, index) => different[index % different.length] ?? '')
  const figures = await runSides(context, scenario, chosen)
  const measurement: Measurement = {
    name,
    unit: 'ms',
    better: 'lower',
    floor: figure(figures.floor, 'ms'),
    rindle: figure(figures.rindle, 'ms'),
    budget,
    cpu: { item: 'photo', floorMs: figure(figures.floor, 'cpuMs'), rindleMs: figure(figures.rindle, 'cpuMs') },
  }
  return [measurement]
}

async function runSides(
  { directory, createDatabase, signal }: BenchContext,
  scenario: Scenario,
  chosen: readonly string[],
): Promise<Sides<Figures>> {
  const setup: ImagesSetup = { directory, databaseUrl: await createDatabase(), plan: scenario.plan }
  await using floor = await startSide(new URL('floor.ts', import.meta.url), { setup, signal })
  await using rindle = await startSide(new URL('rindle.ts', import.meta.url), { setup, signal })
  const input = (isWarmUp: boolean): ImagesRound => ({ photographs: isWarmUp ? chosen.slice(0, WARM_UP) : chosen })
  return await alternate(
    { floor: (isWarmUp) => floor.round(input(isWarmUp)), rindle: (isWarmUp) => rindle.round(input(isWarmUp)) },
    scenario,
  )
}
