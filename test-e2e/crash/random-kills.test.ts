import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Aftermath, aftermathOf, drain } from '../support/crash-aftermath.ts'
import { type CrashInstance, type CrashPlace, crashInstance } from '../support/crash-instance.ts'
import { killUnderLoad } from '../support/crash-process.ts'
import { Witness } from '../support/crash-witness.ts'
import { byRunLength, SEED } from '../support/run-length.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { startCrashPlace } from '../support/start-crash-place.ts'

const KILLS = byRunLength('kills at random moments', { sample: 0, short: 20, long: 240 })
const MAX_LIFE_MS = 1_500
// Start, life and share of the work that is left, on a busy machine.
const MS_PER_KILL = 10_000

let place: CrashPlace & AsyncDisposable
let rindle: CrashInstance | undefined
let aftermath: Aftermath
const witness = new Witness()

describe.skipIf(KILLS === 0)('processes that are killed at random moments', () => {
  beforeAll(
    async () => {
      console.info(`${KILLS} kills with seed ${SEED}. RINDLE_RUNS and RINDLE_SEED choose others.`)
      place = await startCrashPlace()
      const random = seededRandom(SEED)
      const lives = Array.from({ length: KILLS }, () => random() * MAX_LIFE_MS)
      await inPairs(lives, (life) => killUnderLoad(place, life, witness))
      rindle = crashInstance(place)
      await drain(place, rindle, witness, 60_000 + KILLS * 1_000)
      aftermath = await aftermathOf(place, rindle, witness)
    },
    60_000 + KILLS * MS_PER_KILL,
  )
  afterAll(async () => {
    await rindle?.stop()
    await place[Symbol.asyncDispose]()
  })

  it('every invariant holds after the death of many workers under load', () => {
    console.info(
      `${witness.acknowledged.size} uploads, ${witness.releasing.size} given up, ${aftermath.assetCount} kept.`,
    )
    expect(aftermath.violations).toEqual([])
    expect(witness.acknowledged.size).toBeGreaterThan(KILLS / 2)
  })

  it('no upload is lost that the application was told of, and nothing waits for work that will not come', () => {
    expect(aftermath.lost).toEqual([])
    expect(aftermath.stuck).toEqual([])
  })

  it('hardly any work dies as often as it may be tried', () => {
    console.info(`${aftermath.exhausted.length} assets with a job that died in every attempt.`)
    // Whoever starts takes the oldest jobs first, so a few meet one death after the other.
    expect(aftermath.exhausted.length).toBeLessThanOrEqual(Math.ceil(KILLS / 20))
  })

  it('the audit trail says of every attempt how it ended', () => {
    expect(aftermath.openRuns).toBe(0)
  })

  it('what lies in storage without a row is of an operation that was cut short', () => {
    const { unexplained, ...explained } = aftermath.orphans
    const counts = Object.fromEntries(Object.entries(explained).map(([kind, keys]) => [kind, keys.length]))
    console.info('Objects that no row knows:', counts)
    expect(unexplained).toEqual([])
  })

  it('work was taken over in its middle', async () => {
    const retried = await rindle?.prisma.mediaProcessingRun.count({ where: { attempt: { gt: 1 } } })
    console.info(`${retried} attempts after a death.`)
    expect(retried).toBeGreaterThan(0)
  })
})

/** Two at a time. After a failure no more begin, and it is thrown once both have ended. */
async function inPairs(lives: number[], liveAndDie: (lifeMs: number) => Promise<void>): Promise<void> {
  const lane = async (): Promise<void> => {
    try {
      for (let life = lives.shift(); life !== undefined; life = lives.shift()) await liveAndDie(life)
    } finally {
      lives.length = 0
    }
  }
  const [first, second] = await Promise.allSettled([lane(), lane()])
  for (const ended of [first, second]) if (ended.status === 'rejected') throw ended.reason
}
