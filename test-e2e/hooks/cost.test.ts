import { defineProfile, type Profiles } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import type { PgPool } from '@rindle/prisma'
import { image } from '@rindle/processor-image/recipes'
import pg from 'pg'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { SLOTS } from '../support/slots.ts'

const accept = { types: ['image/jpeg'], maxBytes: 1_000_000 } as const
const thumb = image.crop(8, 8, { format: 'webp' })
const photo = defineProfile({ storage: 'main', slots: SLOTS, accept, variants: { thumb } })
const heard = defineProfile({ storage: 'main', slots: SLOTS, accept, variants: { thumb }, on: { deleted: () => {} } })

let application: Application<Profiles>
beforeEach(() => {
  // What the targets want is read anew after some seconds: the machine's speed must not decide whether that is counted.
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(async () => {
  vi.useRealTimers()
  await application[Symbol.asyncDispose]()
})

/** The statements that an upload, its attachment and its detachment send through the pool of the application. */
async function statementsOf(profiles: Profiles): Promise<readonly string[]> {
  application = await startApplication<Profiles>({ profiles: { photo } })
  const pool = new pg.Pool({ connectionString: application.databaseUrl, max: 5 })
  const seen: string[] = []
  const jobs = pgBossJobs({ connectionString: application.databaseUrl })
  const rindle = await application.another({ profiles, jobs, database: { pool: watched(pool, seen) } })
  await application.work({ queues: ['rindle_promote', 'rindle_process'] })
  const owner = { type: 'user', id: 1 }
  const use = async (): Promise<void> => {
    const { id } = await rindle.upload('photo', await quadrants(20, 20), { filename: 'a.jpg' })
    await rindle.attach({ id, profile: 'photo' }, owner, 'cover')
    await rindle.detach(owner, 'cover')
  }
  // The first time, it reads what the targets want.
  await use()
  seen.length = 0
  await use()
  await rindle.stop()
  await pool.end()
  return seen.filter((statement) => !/^(begin|commit)$/i.test(statement))
}

/** The same pool, whose statements are written down. */
function watched(pool: pg.Pool, seen: string[]): PgPool {
  const watch = (client: pg.PoolClient): pg.PoolClient =>
    new Proxy(client, {
      get: (target, key) => {
        const member: unknown = Reflect.get(target, key, target)
        if (typeof member !== 'function') return member
        return (...given: unknown[]): unknown => {
          const [statement] = given as [string | { readonly text: string }]
          if (key === 'query') seen.push(typeof statement === 'string' ? statement : statement.text)
          return (member as (...values: unknown[]) => unknown).apply(target, given)
        }
      },
    })
  return {
    connect: async () => watch(await pool.connect()),
    on: (event, listener) => pool.on(event, listener),
    removeListener: (event, listener) => pool.removeListener(event, listener),
  }
}

it('where nobody wants events, a change costs no statement and no row more', async () => {
  const statements = await statementsOf({ photo })
  expect(statements.filter((statement) => /media_event|media_deliver/.test(statement))).toEqual([])
  // Upload: rows with their job. Attach: lock, holders, assets, attachment. Detach: lock, holders, assets, attachment, others, job.
  expect(statements.length).toBe(11)
  expect(await application.rindle.prisma.mediaEvent.count()).toBe(0)
})

it('where somebody wants events of another type, no statement is longer', async () => {
  const statements = await statementsOf({ photo: heard })
  expect(statements.filter((statement) => /media_event|media_deliver/.test(statement))).toEqual([])
  expect(statements.length).toBe(11)
})
