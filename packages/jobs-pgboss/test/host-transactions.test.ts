import { PrismaPg } from '@prisma/adapter-pg'
import type { SqlExecutor } from '@rindle/core'
import { fromDrizzle, fromKnex, fromKysely, fromPrisma } from '@rindle/jobs-pgboss'
import { fromPgClient, openDatabase, PrismaClient } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import createKnex from 'knex'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { jobFor, type TestJobs, testJobs } from './test-jobs.ts'

/** Runs `work` in a transaction of one query library, and closes its resources. */
type InTransaction = (url: string, work: (tx: SqlExecutor) => Promise<void>) => Promise<void>

const closing = (close: () => Promise<unknown>): AsyncDisposable => ({
  [Symbol.asyncDispose]: async () => void (await close()),
})

const libraries: Readonly<Record<string, InTransaction>> = {
  pg: async (url, work) => {
    const client = new pg.Client({ connectionString: url })
    await using _ = closing(() => client.end())
    await client.connect()
    await client.query('begin')
    await work(fromPgClient(client))
    await client.query('commit')
  },
  Prisma: async (url, work) => {
    const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) })
    await using _ = closing(() => prisma.$disconnect())
    await prisma.$transaction((tx) => work(fromPrisma(tx)))
  },
  Kysely: async (url, work) => {
    const pool = new pg.Pool({ connectionString: url })
    const kysely = new Kysely<object>({ dialect: new PostgresDialect({ pool }) })
    await using _ = closing(() => kysely.destroy())
    await kysely.transaction().execute((tx) => work(fromKysely(tx)))
  },
  Drizzle: async (url, work) => {
    const pool = new pg.Pool({ connectionString: url })
    await using _ = closing(() => pool.end())
    await drizzle({ client: pool }).transaction((tx) => work(fromDrizzle(tx, sql)))
  },
  Knex: async (url, work) => {
    const knex = createKnex({ client: 'pg', connection: url })
    await using _ = closing(() => knex.destroy())
    await knex.transaction((tx) => work(fromKnex(tx)))
  },
  "Rindle's own database": async (url, work) => {
    const database = openDatabase(url)
    await using _ = closing(() => database.close())
    await database.transaction(work)
  },
}

const text = `it's a "quoted" $1 ? \\ line\nand ü`
const requests = [
  { ...jobFor('b'), payload: { text, list: [1, null, { deep: true }] } },
  jobFor('a'),
  jobFor('a'),
  jobFor('c', 'rindle_purge'),
]

let testDatabase: TestDatabase
let jobs: TestJobs

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  jobs = testJobs(testDatabase.url)
  await jobs.database.executeSql('create table host_rows (name text primary key)')
})

afterAll(async () => {
  await jobs[Symbol.asyncDispose]()
  await testDatabase.drop()
})

beforeEach(async () => {
  await jobs.adapter.start()
  await jobs.database.executeSql('delete from host_rows; delete from pgboss.job')
})

async function hostRows(): Promise<number> {
  const { rows } = await jobs.database.executeSql('select count(*)::int as count from host_rows')
  return Number(rows[0]?.['count'])
}

describe.each(Object.entries(libraries))('in a transaction of %s', (_, inTransaction) => {
  test('jobs exist with the commit, with their payload, one per waiting key', async () => {
    let ids: readonly (string | null)[] = []
    await inTransaction(testDatabase.url, async (tx) => {
      await tx.executeSql('insert into host_rows (name) values ($1) returning name', ['mine'])
      ids = await jobs.adapter.enqueue(requests, tx)
      expect((await jobs.adapter.counts()).every(({ waiting }) => waiting === 0)).toBe(true)
    })
    expect(ids.map((id) => id === null)).toEqual([false, false, true, false])
    expect(await hostRows()).toBe(1)
    const row = await jobs.row(ids[0])
    expect(row).toMatchObject({
      name: 'rindle_promote',
      singleton_key: 'b',
      state: 'created',
      data: requests[0]?.payload,
    })
    expect(await jobs.adapter.findLive('rindle_purge', ['c'])).toEqual(new Set(['c']))
  })

  test('no job exists after a rollback, as no row does', async () => {
    const rolledBack = new Error('Rolled back on purpose.')
    const work = inTransaction(testDatabase.url, async (tx) => {
      await tx.executeSql('insert into host_rows (name) values ($1) returning name', ['mine'])
      await jobs.adapter.enqueue(requests, tx)
      throw rolledBack
    })
    await expect(work).rejects.toBe(rolledBack)
    expect(await hostRows()).toBe(0)
    expect((await jobs.adapter.counts()).every(({ waiting }) => waiting === 0)).toBe(true)
  })

  test('a cancellation counts with the commit', async () => {
    await jobs.enqueue(jobFor('a'), jobFor('b'), jobFor('c'))
    await inTransaction(testDatabase.url, async (tx) => {
      await jobs.adapter.cancel('rindle_promote', ['a', 'b'], tx)
      expect((await jobs.adapter.findLive('rindle_promote', ['a', 'b', 'c'])).size).toBe(3)
    })
    expect(await jobs.adapter.findLive('rindle_promote', ['a', 'b', 'c'])).toEqual(new Set(['c']))
  })
})
