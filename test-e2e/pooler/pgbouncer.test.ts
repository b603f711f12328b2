import { type AssetChange, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { type Database, openDatabase, type PooledSource } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { type PgBouncer, pgBouncerMissing, startPgBouncer } from '@rindle/test-pgbouncer'
import { jobsContract } from '@rindle/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

const missing = await pgBouncerMissing()
if (missing !== undefined) console.warn(`Skipped: ${missing}.`)

/** Nothing but an announcement wakes a worker in time. */
const ANNOUNCED_ONLY = { pollingIntervalSeconds: 3_600 }

describe.skipIf(missing !== undefined)('behind PgBouncer in transaction mode', () => {
  let testDatabase: TestDatabase
  let pgBouncer: PgBouncer
  let source: PooledSource

  const sourceOf = (directUrl: string): PooledSource => ({ poolerUrl: pgBouncer.urlOf(directUrl), directUrl })

  beforeAll(async () => {
    testDatabase = await createTestDatabase()
    pgBouncer = await startPgBouncer(testDatabase.url)
    source = sourceOf(testDatabase.url)
  })
  afterAll(async () => {
    await pgBouncer?.stop()
    await testDatabase?.drop()
  })

  it('an upload becomes ready, its worker is woken and its watcher told by LISTEN', async () => {
    await using application = await startApplication()
    const database = sourceOf(application.databaseUrl)
    const web = await application.another({ database, jobs: pgBossJobs(ANNOUNCED_ONLY) })
    const worker = await application.another({ database, jobs: pgBossJobs(ANNOUNCED_ONLY) })
    await worker.work()
    const received = await web.receive('photo', await quadrants(40, 40), { filename: 'a.jpg' })
    const changes: AssetChange[] = []
    const subscription = await web.subscribe({ assetId: received.assetId }, (change) => void changes.push(change))
    await web.register(received)
    expect(await settled(web, received.assetId)).toMatchObject({ state: 'ready' })
    await vi.waitFor(() => expect(changes.at(-1)).toMatchObject({ state: 'ready' }), { timeout: 5_000 })
    await subscription.close()
  })

  it('the first uploads of an application wait for no connection that they hold, however many come at once', async () => {
    await using application = await startApplication()
    // In a schema of their own the queues are new, as in a new database.
    const jobs = pgBossJobs({ schema: 'pgboss_new' })
    const web = await application.another({ database: sourceOf(application.databaseUrl), jobs })
    const photo = await quadrants(40, 40)
    const received = await Promise.all(Array.from({ length: 12 }, () => web.receive('photo', photo)))
    const assets = await Promise.all(received.map((upload) => web.register(upload)))
    expect(new Set(assets.map(({ state }) => state))).toEqual(new Set(['validating']))
  })

  it('the same statements run again and again on whichever connection is free', async () => {
    await using database = opened(source)
    const ask = async (value: number): Promise<unknown> =>
      (await database.executeSql('select $1::int + 1 as sum', [value])).rows[0]?.['sum']
    const values = Array.from({ length: 200 }, (_, index) => index)
    expect(await Promise.all(values.map(ask))).toEqual(values.map((value) => value + 1))
    const inTransactions = values.map((value) =>
      database.transaction(async (tx) => (await tx.executeSql('select $1::int + 1 as sum', [value])).rows[0]?.['sum']),
    )
    expect(await Promise.all(inTransactions)).toEqual(values.map((value) => value + 1))
    expect(await database.prisma.mediaAsset.count({ where: { profile: 'photo' } })).toBe(0)
    expect(await database.prisma.mediaAsset.count({ where: { profile: 'film' } })).toBe(0)
  })

  it('no setting and no prepared statement is left in the sessions of others', async () => {
    const settings = `select name, setting from pg_settings where source = 'session' and name not in ('application_name')
      order by name`
    const sessionOf = async (): Promise<unknown> => {
      const client = new pg.Client({ connectionString: source.poolerUrl })
      await client.connect()
      const prepared = await client.query('select name from pg_prepared_statements')
      const { rows } = await client.query(settings)
      await client.end()
      return { settings: rows, prepared: prepared.rows }
    }
    const before = await sessionOf()
    await using database = opened(source)
    for (let count = 0; count < 5; count += 1) await database.executeSql('select $1::int as same', [count])
    const jobs = pgBossJobs()
    jobs.connect({ database, logger: silentLogger })
    await jobs.start()
    await jobs.stop()
    expect(await sessionOf()).toEqual(before)
  })

  jobsContract('pgBossJobs through PgBouncer', async () => {
    const database = openDatabase(source)
    const adapter = pgBossJobs({ retryDelaySeconds: 0, retryDelayMaxSeconds: 0, pollingIntervalSeconds: 0.5 })
    adapter.connect({ database, logger: silentLogger })
    return {
      adapter,
      transaction: (work) => database.transaction(work),
      cleanup: async () => {
        await database.executeSql('delete from pgboss.job; delete from pgboss.schedule')
        await database.close()
      },
    }
  })
})

function opened(source: PooledSource): Database & AsyncDisposable {
  const database = openDatabase(source, { maxConnections: 8 })
  return Object.assign(database, { [Symbol.asyncDispose]: () => database.close() })
}
