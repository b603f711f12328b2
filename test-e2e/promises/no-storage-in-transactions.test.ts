import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRindle, defineProfile, type StorageAdapter, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import { createTestDatabase } from '@rindle/test-database'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { settled } from '../support/application.ts'
import { storageIn } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { SLOTS } from '../support/slots.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'

let database: Awaited<ReturnType<typeof createTestDatabase>>
let directory: string
let observer: pg.Pool

beforeAll(async () => {
  database = await createTestDatabase()
  directory = await mkdtemp(join(tmpdir(), 'rindle-test-'))
  observer = new pg.Pool({ connectionString: database.url })
})
afterAll(async () => {
  await observer.end()
  await database.drop()
  await rm(directory, { recursive: true, force: true })
})

/** Calls that were made while a transaction of the instance stood open, and all calls. */
interface Observed {
  readonly calls: Set<string>
  readonly inside: string[]
}

/** Looks, ahead of every storage call, whether any connection of the instance sits in an open transaction. */
function observed(storage: StorageAdapter, { calls, inside }: Observed): StorageAdapter {
  return new Proxy(storage, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver)
      const isCall = ['put', 'get', 'head', 'delete', 'deleteMany', 'copy', 'download'].includes(String(name))
      if (typeof member !== 'function' || !isCall) return member
      return async (...args: unknown[]) => {
        calls.add(String(name))
        const { rows } = await observer.query<{ query: string }>(
          `select query from pg_stat_activity
           where datname = current_database() and application_name = 'rindle' and state = 'idle in transaction'`,
        )
        if (rows.length > 0) inside.push(`${String(name)} within ${rows[0]?.query}`)
        return (member as (...given: unknown[]) => unknown).apply(target, args)
      }
    },
  })
}

it('no storage call is made inside a transaction, from upload to purge', async () => {
  const seen: Observed = { calls: new Set(), inside: [] }
  const pool = new pg.Pool({ connectionString: database.url, application_name: 'rindle' })
  const rindle = createRindle({
    database: { pool },
    storages: { main: observed(storageIn(directory), seen) },
    processors: [warmImageProcessor()],
    jobs: pgBossJobs({ connectionString: database.url }),
    logger: silentLogger,
    workDirectory: join(directory, 'work'),
    profiles: {
      photo: defineProfile({
        storage: 'main',
        slots: SLOTS,
        accept: { types: ['image/*'], maxBytes: 1_000_000 },
        variants: { a: image.fit(8), b: image.fit(4) },
      }),
    },
  })
  await rindle.start()
  // One job at a time: another one's transaction must not be mistaken for this one's.
  const queues = ['rindle_promote', 'rindle_process', 'rindle_purge'] as const
  for (const queue of queues) {
    await rindle.work({ queues: [queue], concurrency: { [queue]: 1 } })
  }
  const owner = { type: 'member', id: 1 }
  const uploaded = await rindle.upload('photo', await quadrants(32, 32), { filename: 'a.jpg', owner, slot: 'avatar' })
  expect((await settled(rindle, uploaded.id)).state).toBe('ready')
  await rindle.checkInvariants()
  await rindle.detach(owner, 'avatar')
  await vi.waitFor(async () => expect(await rindle.asset(uploaded.id)).toBeNull(), { timeout: 10_000 })
  await rindle.stop()
  await pool.end()

  expect([...seen.calls].toSorted((a, b) => a.localeCompare(b))).toEqual(['deleteMany', 'get', 'head', 'put'])
  expect(seen.inside).toEqual([])
})
