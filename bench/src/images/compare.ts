import { type AlternateOptions, type Figures, figure } from '../alternate.ts'
import type { BenchContext, Measurement } from '../bench.ts'
import type { Budget } from '../budget.ts'
import { compareSides, type SideProgram } from '../compare-sides.ts'
import { type PhotographOptions, photographs } from './photographs.ts'
import type { BucketSetup, FloorPlan, ImagesRound, ImagesSetup } from './setup.ts'

/** One bench of images. */
export interface Scenario extends AlternateOptions, Omit<PhotographOptions, 'directory'> {
  readonly name: string
  readonly budget: Budget
  /** Photos in one round; there may be fewer different ones. */
  readonly perRound: number
  readonly plan: FloorPlan
  /** @default null, the disk */
  readonly bucket?: BucketSetup | null
  /** Other sides, by name. @default none */
  readonly peers?: Readonly<Record<string, SideProgram>>
}

/** Photos of a warm-up, at most. */
const WARM_UP = 8

/** The program of the floor and, with other plans, of a peer. */
export const BARE_SCRIPT: URL = new URL('floor.ts', import.meta.url)

/** The program of an application with its workers. */
export const APPLICATION: URL = new URL('rindle.ts', import.meta.url)

/** Runs floor, Rindle and peers over the same photos. */
export async function compareImages(
  scenario: Scenario,
  context: BenchContext,
): Promise<{ readonly measurement: Measurement; readonly figures: Readonly<Record<string, Figures>> }> {
  const { name, budget, perRound, peers = {} } = scenario
  const different = await photographs({ ...scenario, directory: context.sharedDirectory })
  const chosen = Array.from({ length: perRound }, (_, index) => different[index % different.length] ?? '')
  const setup = await imagesSetup(scenario, context)
  const programs: Readonly<Record<string, SideProgram>> = {
    floor: { program: BARE_SCRIPT, setup },
    rindle: { program: APPLICATION, setup },
    ...peers,
  }
  const input = (isWarmUp: boolean): ImagesRound => ({ photographs: isWarmUp ? chosen.slice(0, WARM_UP) : chosen })
  const figures = await compareSides(programs, { ...scenario, input, signal: context.signal })
  const valuesOf = (side: string, key: string): readonly number[] => figure(figures[side] ?? {}, key)
  const measurement: Measurement = {
    name,
    unit: 'ms',
    better: 'lower',
    floor: valuesOf('floor', 'ms'),
    rindle: valuesOf('rindle', 'ms'),
    budget,
    cpu: { item: 'photo', floorMs: valuesOf('floor', 'cpuMs'), rindleMs: valuesOf('rindle', 'cpuMs') },
    peers: Object.fromEntries(Object.keys(peers).map((peer) => [peer, valuesOf(peer, 'ms')])),
  }
  return { measurement, figures }
}

async function imagesSetup(
  { plan, bucket = null }: Scenario,
  { directory, createDatabase }: BenchContext,
): Promise<ImagesSetup> {
  return { directory, databaseUrl: await createDatabase(), plan, bucket }
}
