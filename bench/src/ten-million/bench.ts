import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openDatabase } from '@rindle/prisma'
import { fillAssets } from '@rindle/test-database'
import { alternate, figure } from '../alternate.ts'
import type { Bench, Measurement } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { startSides } from '../compare-sides.ts'
import { FIRST, pagesOf } from '../console/pages.ts'
import type { ConsoleFacts } from '../console/setup.ts'
import type { Side } from '../side.ts'
import { photo } from './application.ts'
import { QUESTIONS, type Question, type TenMillionRound, type TenMillionSetup } from './setup.ts'

const ASSETS = { million: 1_000_000, tenMillion: 10_000_000 } as const
const QUICK_ASSETS = { million: 3_000, tenMillion: 30_000 } as const
const BUDGET = 1.3
const RINDLE = new URL('rindle.ts', import.meta.url)

/** How often each is asked in a round: as often as a median needs, and a second allows. */
const COUNTS: Readonly<Record<Question, number>> = {
  url: 100,
  attachmentsFor: 100,
  claim: 10,
  status: 1,
  verifyStorage: 10,
}

/** Whether the time of an answer depends on the number of rows. */
export const tenMillion: Bench = {
  name: 'ten-million',
  describe:
    'questions, a claim, and pages of the console over 10,000,000 assets, against 1,000,000; takes 25 GB of disk',
  isOnRequest: true,
  run: async ({ isQuick, directory, createDatabase, signal }) => {
    const sizes = isQuick ? QUICK_ASSETS : ASSETS
    const setupOf = async (assets: number): Promise<TenMillionSetup> => {
      const own = join(directory, String(assets))
      await mkdir(own)
      const databaseUrl = await createDatabase()
      await fill(databaseUrl, assets)
      return { databaseUrl, directory: own, assets }
    }
    const million = await setupOf(sizes.million)
    const ten = await setupOf(sizes.tenMillion)
    return compareSizes({ million, tenMillion: ten }, isQuick, signal)
  },
}

/** The sides of this bench: the same application over a million assets and over ten. */
interface Setups {
  readonly million: TenMillionSetup
  readonly tenMillion: TenMillionSetup
}

/** Asks both applications in turns. */
async function compareSizes(setups: Setups, isQuick: boolean, signal: AbortSignal): Promise<readonly Measurement[]> {
  const programs = {
    million: { program: RINDLE, setup: setups.million },
    tenMillion: { program: RINDLE, setup: setups.tenMillion },
  }
  await using started = await startSides(programs, signal)
  const { million, tenMillion: ten } = started.sides
  const measure = async (name: string, roundOf: (side: Side) => TenMillionRound): Promise<Measurement> => {
    const figures = await alternate(
      { million: () => million.round(roundOf(million)), ten: () => ten.round(roundOf(ten)) },
      { warmUps: 1, rounds: isQuick ? 1 : 10, maxSeconds: 20 },
    )
    return {
      name: `ten-million/${name}`,
      unit: 'ms',
      better: 'lower',
      floor: figure(figures.million, 'ms'),
      against: 'a million',
      rindle: figure(figures.ten, 'ms'),
      budget: timesFloor(BUDGET),
    }
  }
  const measurements: Measurement[] = []
  for (const question of QUESTIONS) {
    measurements.push(await measure(question, () => ({ question, count: isQuick ? 1 : COUNTS[question] })))
  }
  for (const page of Object.keys(pagesOf(million.facts as ConsoleFacts))) {
    const roundOf = ({ facts }: Side): TenMillionRound => ({
      path: pagesOf(facts as ConsoleFacts)[page] ?? '',
      isFirst: page === FIRST,
    })
    measurements.push(await measure(`console-${page}`, roundOf))
  }
  return measurements
}

async function fill(databaseUrl: string, assets: number): Promise<void> {
  const database = openDatabase(databaseUrl)
  const undelivered = Math.ceil(assets / 10)
  try {
    await fillAssets(database, { assets, oneIn: 100, variants: photo.variants, undelivered, isLean: true })
  } finally {
    await database.close()
  }
}
