import type { Rindle } from '@rindle/core'
import pg from 'pg'
import type { Figures } from '../alternate.ts'
import { consoleFacts, pageReader, timeOf, timeOfFirst } from '../console/read-pages.ts'
import { serveSide } from '../serve-side.ts'
import { tenMillionApplication } from './application.ts'
import type { Question, TenMillionRound, TenMillionSetup } from './setup.ts'

const OWNERS = 20
/** Assets in use, spread over all of them: as many on both sides, so that the same share of their pages is in memory. */
const IN_USE = 500

interface Side {
  readonly rindle: ReturnType<typeof tenMillionApplication>
  readonly pool: pg.Pool
  /** The number of an asset that is in use. */
  readonly anyAsset: () => number
}

serveSide(async (setup) => {
  const given = setup as TenMillionSetup
  const rindle = tenMillionApplication(given)
  await rindle.start()
  const pool = new pg.Pool({ connectionString: given.databaseUrl, max: 1 })
  const apart = Math.floor(given.assets / IN_USE)
  const side: Side = { rindle, pool, anyAsset: () => 1 + apart * Math.floor(Math.random() * IN_USE) }
  const read = pageReader(rindle as unknown as Rindle)
  return {
    facts: await consoleFacts(rindle as unknown as Rindle, read),
    round: async (input): Promise<Figures> => {
      const round = input as TenMillionRound
      if ('question' in round) return { ms: await ask(side, round.question, round.count) }
      if (!round.isFirst) return { ms: [await timeOf(() => read(round.path))] }
      const fresh = tenMillionApplication(given)
      await fresh.start()
      try {
        return { ms: [await timeOfFirst(fresh as unknown as Rindle, round.path)] }
      } finally {
        await fresh.stop()
      }
    },
    stop: async () => {
      await pool.end()
      await rindle.stop()
    },
  }
})

const ASK: Readonly<Record<Exclude<Question, 'verifyStorage'>, (side: Side) => Promise<number>>> = {
  /** An asset's row, and the URL of its original. */
  url: async ({ rindle, anyAsset }) => {
    const id = assetId(anyAsset())
    return timeOf(async () => rindle.url(await known(rindle.asset(id))))
  },
  /** The attachments of a list of owners, with their assets. */
  attachmentsFor: ({ rindle, anyAsset }) => {
    const owners = Array.from({ length: OWNERS }, () => ({ type: 'member', id: String(anyAsset()) }))
    return timeOf(() => rindle.attachmentsFor(owners, ['avatar']))
  },
  /** A failed variant: its job enqueued, claimed, worked on by a processor that does nothing, and committed. */
  claim: async ({ rindle, pool, anyAsset }) => {
    const id = assetId(anyAsset())
    await pool.query(
      `update rindle.media_variants set state = 'failed', error_reason = 'corrupt_media', error_message = '-',
         storage_key = null where asset_id = $1 and name = 'large'`,
      [id],
    )
    return timeOf(async () => {
      await rindle.requeueVariants(id)
      await rindle.drain({ maxSeconds: 30, assetId: id })
    })
  },
  status: ({ rindle }) => timeOf(() => rindle.runtimeStatus()),
}

async function ask(side: Side, question: Question, count: number): Promise<readonly number[]> {
  if (question === 'verifyStorage') return verifyPages(side, count)
  const ms: number[] = []
  for (let index = 0; index < count; index += 1) ms.push(await ASK[question](side))
  return ms
}

/** The first pages of a verification; each has to find out where the last one ended. */
async function verifyPages({ rindle }: Side, count: number): Promise<readonly number[]> {
  const stop = new AbortController()
  const ms: number[] = []
  let begin = performance.now()
  const onProgress = (): void => {
    const now = performance.now()
    ms.push(now - begin)
    begin = now
    if (ms.length === count) stop.abort()
  }
  await rindle.verifyStorage({ onProgress, signal: stop.signal })
  return ms
}

async function known<T>(asset: Promise<T | null>): Promise<T> {
  const found = await asset
  if (found === null) throw new Error('An asset is missing from the rows of this bench.')
  return found
}

/** As the rows are filled: see `fillAssets` of the test database. */
function assetId(number: number): string {
  return `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`
}
