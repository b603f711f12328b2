import { type Analyzer, defineProfile, type Rindle, RindleError, type StoppedStorage, silentLogger } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { faultyStorage, memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { deploy } from './deployment.ts'

const ITEMS = 150

const nothing: Analyzer = { name: 'nothing', analyze: async () => ({}) }
const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const thumb = image.crop(8, 8)
const before = { photo: defineProfile({ storage: 'remote', accept, variants: { thumb } }) }
const profiles = { photo: defineProfile({ storage: 'remote', accept, analyzers: [nothing] }) }
const remote = memoryStorage()

let application: Application<typeof before>

beforeAll(async () => {
  application = await startApplication({ profiles: before, storages: { remote } })
  const { rindle } = application
  const { id } = await rindle.upload('photo', await quadrants(20, 20), { filename: 'a.jpg' })
  const workers = await rindle.work()
  await settled(rindle, id)
  await workers.stop()
  await repeat('assets', `id = '${id}'`)
  await repeat('variants', `asset_id = '${id}'`)
  const { session } = await rindle.presignedPut('photo', { filename: 'a.jpg', contentType: 'image/jpeg' })
  await repeat('upload_sessions', `id = '${session.id}'`)
  await rindle.prisma.mediaUploadSession.updateMany({ data: { expiresAt: new Date(0) } })
})
afterAll(async () => application[Symbol.asyncDispose]())

/** Many rows like one, with ids, keys and (of variants) assets of their own. */
async function repeat(table: string, where: string): Promise<void> {
  await application.rindle.prisma.$executeRawUnsafe(
    `insert into rindle.media_${table}
     select (jsonb_populate_record(null::rindle.media_${table}, one.entry || changed.entry)).*
     from (select to_jsonb(entry) as entry from rindle.media_${table} as entry where ${where}) as one,
       (select id, row_number() over () as n from rindle.media_assets
        union all select gen_random_uuid(), n from generate_series(1000, ${1_000 + ITEMS}) as n) as other,
       lateral (select jsonb_build_object('id', gen_random_uuid(), 'asset_id', other.id, 'storage_key', 'photo/' || n,
         'upload_key', 'staging/photo/' || n) as entry) as changed
     where '${table}' <> 'assets' and other.n < 1000 and other.id::text <> coalesce(one.entry->>'asset_id', '')
       or '${table}' = 'assets' and other.n >= 1000`,
  )
}

type Verb = (rindle: Rindle<typeof profiles>) => Promise<{
  readonly stopped: readonly StoppedStorage[]
  readonly errors?: number
  readonly failed?: number
}>

it.each<[string, Verb]>([
  ['backfillMetadata', (rindle) => rindle.backfillMetadata()],
  ['regenerateVariants with prune', (rindle) => rindle.regenerateVariants({ prune: true })],
  [
    'abortIncompleteUploads',
    async (rindle) => {
      await rindle.prisma.mediaUploadSession.updateMany({ where: { state: 'expired' }, data: { state: 'signed' } })
      return rindle.abortIncompleteUploads()
    },
  ],
  [
    'cleanupOrphans',
    async (rindle) => {
      await rindle.prisma.mediaUploadSession.updateMany({ where: { state: 'signed' }, data: { state: 'expired' } })
      return rindle.cleanupOrphans({ live: true })
    },
  ],
  ['verifyStorage', (rindle) => rindle.verifyStorage()],
  [
    'evictVariants',
    async (rindle) => {
      const data = { state: 'ready', onDemand: true, lastAskedAt: new Date(0) }
      await rindle.prisma.mediaVariant.updateMany({ data })
      return rindle.evictVariants()
    },
  ],
])('%s leaves a storage that is down after some errors in a row, and logs little', async (_name, verb) => {
  let calls = 0
  const dead = faultyStorage(remote, {
    onCall: () => {
      calls += 1
      throw new RindleError('storage_unavailable', 'The storage is away.')
    },
  })
  const lines: string[] = []
  const error = (_fields: unknown, message: string): void => void lines.push(message)
  const rindle = await deploy(application, profiles, {
    storages: { main: application.storage, remote: dead },
    logger: { ...silentLogger, error },
  })
  const { stopped, errors = 0, failed = 0 } = await verb(rindle)
  expect(stopped).toMatchObject([{ storage: 'remote', reason: 'unavailable' }])
  // Ten in a row, plus the concurrent requests.
  expect(calls).toBeGreaterThanOrEqual(10)
  expect(calls).toBeLessThanOrEqual(20)
  expect(errors + failed).toBe(calls)
  expect(lines.length).toBeLessThanOrEqual(22)
})
