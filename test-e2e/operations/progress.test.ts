import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type Analyzer, defineProfile, type WalkOptions, type WalkProgress } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'

const analyzer: Analyzer = { name: 'found', analyze: async () => ({ at: 1 }) }
const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const variants = { thumb: image.fit(8) } as const
const profiles = {
  photo: defineProfile({ storage: 'main', accept, variants, analyzers: [analyzer] }),
  other: defineProfile({ storage: 'main', accept, variants }),
}
const ASSETS = 1_100
const id = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`

let application: Application<typeof profiles>

beforeAll(async () => {
  application = await startApplication({ profiles })
  const { rindle, directory } = application
  await rindle.prisma.$executeRawUnsafe(
    `insert into rindle.media_assets (id, profile, storage, storage_key, state, filename, kind, content_type, byte_size,
       width, updated_at)
     select ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, case when n % 11 = 0 then 'other' else 'photo' end,
       'main', 'photo/' || n || '/a.jpg', case when n % 100 = 0 then 'validating' else 'ready' end, 'a.jpg', 'image',
       'image/jpeg', 1, 8, now() - interval '100 days'
     from generate_series(1, ${ASSETS}) as n`,
  )
  await rindle.prisma.$executeRawUnsafe(
    `insert into rindle.media_upload_sessions (id, asset_id, state, upload_strategy, upload_key, expires_at)
     select gen_random_uuid(), id, step, 'presigned_put', 'staging/' || step || '/' || id, now() - interval '1 hour'
     from rindle.media_assets, unnest(array['signed', 'expired']) as step where right(id::text, 1) = '7'`,
  )
  await rindle.prisma.$executeRawUnsafe(
    `insert into rindle.media_processing_runs (id, asset_id, worker, state, started_at, finished_at)
     select gen_random_uuid(), id, 'a:1', 'succeeded', now(), now() - interval '100 days' from rindle.media_assets`,
  )
  for (const name of ['run-1', 'run-2']) await mkdir(join(directory, 'work', name), { recursive: true })
})
afterAll(async () => application[Symbol.asyncDispose]())

type Verb = (options: WalkOptions) => Promise<unknown>

const SESSIONS = ASSETS / 10
/** None of the objects is there, which stops a run that is not forced. */
const missing = { dryRun: true, force: true }
const IN_FLIGHT = ASSETS / 100

it.each<[string, (rindle: Application<typeof profiles>['rindle']) => Verb, number]>([
  ['verifyStorage', (rindle) => (options) => rindle.verifyStorage({ ...options, ...missing }), ASSETS - IN_FLIGHT],
  [
    'verifyStorage of one profile',
    (rindle) => (options) => rindle.verifyStorage({ ...options, ...missing, profile: 'other' }),
    99,
  ],
  [
    'regenerateVariants, from where another run has ended',
    (rindle) => (options) => rindle.regenerateVariants({ ...options, dryRun: true, after: id(1_000) }),
    99,
  ],
  ['backfillMetadata', (rindle) => (options) => rindle.backfillMetadata({ ...options, dryRun: true }), 990],
  ['recoverLostWork', (rindle) => (options) => rindle.recoverLostWork({ ...options, dryRun: true }), IN_FLIGHT],
  [
    'abortIncompleteUploads',
    (rindle) => (options) => rindle.abortIncompleteUploads({ ...options, dryRun: true }),
    SESSIONS,
  ],
  ['cleanupOrphans', (rindle) => (options) => rindle.cleanupOrphans(options), SESSIONS],
  ['sweepOrphanedTempFiles', (rindle) => (options) => rindle.sweepOrphanedTempFiles(options), 2],
  ['purgeUnattached', (rindle) => (options) => rindle.purgeUnattached(options), ASSETS],
  ['pruneRuns', (rindle) => (options) => rindle.pruneRuns({ ...options, live: true }), ASSETS],
  [
    'previewOwnerErasures',
    (rindle) => (options) =>
      rindle.previewOwnerErasures(
        [1, 2, 3].map((n) => ({ type: 'member', id: n })),
        options,
      ),
    3,
  ],
])('%s knows how much there is to be done, and comes to the end of it', async (_name, verbOf, total) => {
  const seen: WalkProgress[] = []
  await verbOf(application.rindle)({ onProgress: (_counts, progress) => void seen.push(progress) })
  expect(seen.map((progress) => progress.total)).toEqual(seen.map(() => total))
  expect(seen.at(-1)).toEqual({ done: total, total, isEstimate: false })
  expect(seen.every(({ done }, index) => done >= (seen[index - 1]?.done ?? 0))).toBe(true)
})

it('a scan guesses from the rows how many objects there may be, unless it is for a part of them', async () => {
  const totals: unknown[] = []
  const onProgress: WalkOptions['onProgress'] = (_counts, { total, isEstimate }) =>
    void totals.push([total, isEstimate])
  const { storage, rindle } = application
  await storage.put('photo/x/stray.jpg', Readable.from(['stray']), { contentType: 'image/jpeg' })
  await rindle.scanOrphans({ onProgress })
  await rindle.scanOrphans({ onProgress, prefix: 'photo/' })
  expect(totals).toEqual([
    [ASSETS, true],
    [null, false],
  ])
})

it('a check counts every row that it looks at, the few in flight besides', async () => {
  const seen: WalkProgress[] = []
  await application.rindle.checkInvariants({ onProgress: (_counts, progress) => void seen.push(progress) })
  const total = ASSETS + (ASSETS - IN_FLIGHT)
  expect(seen.at(-1)?.total).toBe(total)
  expect(seen.at(-1)?.done).toBeGreaterThanOrEqual(total)
})
