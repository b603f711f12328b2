import { PrismaPg } from '@prisma/adapter-pg'
import { type Database, inspectSchema, openDatabase, PrismaClient } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

let testDatabase: TestDatabase
let database: Database

beforeEach(async () => {
  testDatabase = await createTestDatabase()
  database = openDatabase(testDatabase.url)
})

afterEach(async () => {
  await database.close()
  await testDatabase.drop()
})

const NO_DRIFT = { missing: [], changed: [], unexpected: [] }

describe('a schema', () => {
  test('that the shipped migrations made has no drift, and looking leaves nothing', async () => {
    const tables = async () =>
      (
        await database.executeSql(`select relname, relnamespace::regnamespace::text as schema from pg_class
        where relkind = 'r' and relnamespace::regnamespace::text !~ '^(pg_catalog|information_schema|pgboss)' order by 1`)
      ).rows
    const before = await tables()
    const { migrations, drift } = await inspectSchema(database)
    expect(drift).toEqual(NO_DRIFT)
    expect(migrations).toMatchObject({ pending: [], failed: [], edited: [], unknown: [] })
    expect(migrations.applied.length).toBeGreaterThan(0)
    expect(await tables()).toEqual(before)
  })

  test.each<[change: string, drift: Partial<typeof NO_DRIFT> | Record<string, string[]>]>([
    ['drop index rindle.media_assets_unfinished_idx', { missing: ['index media_assets_unfinished_idx'] }],
    [
      'drop table rindle.media_workers',
      {
        missing: expect.arrayContaining(['table media_workers', 'column media_workers.id', 'index media_workers_pkey']),
      },
    ],
    ['alter table rindle.media_assets add note text', { unexpected: ['column media_assets.note'] }],
    ['create table rindle.mine (id int)', { unexpected: ['column mine.id', 'table mine'] }],
    ['alter table rindle.media_assets alter filename drop not null', { changed: ['column media_assets.filename'] }],
    ['alter table rindle.media_variants alter progress set default 1', { changed: ['column media_variants.progress'] }],
    [
      `alter table rindle.media_assets drop constraint media_assets_kind_check,
       add constraint media_assets_kind_check check (kind <> 'none')`,
      { changed: ['constraint media_assets_kind_check'] },
    ],
    [
      'alter table rindle.media_variants drop constraint media_variants_asset_id_fkey',
      { missing: ['constraint media_variants_asset_id_fkey'] },
    ],
  ])('that somebody changed has drift: %s', async (change, expected) => {
    await database.executeSql(change)
    expect((await inspectSchema(database)).drift).toEqual({ ...NO_DRIFT, ...expected })
  })

  test('is compared whatever the search path of the connection is', async () => {
    const name = new URL(testDatabase.url).pathname.slice(1)
    await database.executeSql(`alter database "${name}" set search_path to rindle, public`)
    await using other = {
      database: openDatabase(testDatabase.url),
      [Symbol.asyncDispose]: () => other.database.close(),
    }
    expect((await inspectSchema(other.database)).drift).toEqual(NO_DRIFT)
  })

  test("is compared over the application's own pool and Prisma client", async () => {
    const pool = new pg.Pool({ connectionString: testDatabase.url, options: '-c TimeZone=UTC' })
    const client = new PrismaClient({
      adapter: new PrismaPg({ connectionString: testDatabase.url }, { schema: 'rindle' }),
    })
    try {
      await database.executeSql('drop index rindle.media_assets_unfinished_idx')
      for (const source of [{ pool }, { prisma: client }]) {
        const { migrations, drift } = await inspectSchema(openDatabase(source))
        expect(migrations.pending).toEqual([])
        expect(drift).toEqual({ ...NO_DRIFT, missing: ['index media_assets_unfinished_idx'] })
      }
    } finally {
      await pool.end()
      await client.$disconnect()
    }
  })

  test('cannot be compared by a user who may not create temporary tables, and says so', async () => {
    const name = new URL(testDatabase.url).pathname.slice(1)
    await database.executeSql(`revoke temporary on database "${name}" from public`)
    await database.executeSql(`create role "${name}" login password 'x'`)
    await database.executeSql(`grant usage on schema rindle to "${name}"`)
    await database.executeSql(`grant select on all tables in schema rindle to "${name}"`)
    const url = new URL(testDatabase.url)
    url.username = name
    url.password = 'x'
    const poor = openDatabase(url.href)
    try {
      const { migrations, drift } = await inspectSchema(poor)
      expect(drift).toBeNull()
      expect(migrations.pending).toEqual([])
    } finally {
      await poor.close()
      await database.executeSql(`drop owned by "${name}"`)
      await database.executeSql(`drop role "${name}"`)
    }
  })
})

test('a database without tables has everything pending, and no drift', async () => {
  await using empty = await createTestDatabase({ migrated: false })
  const unmigrated = openDatabase(empty.url)
  const { migrations, drift } = await inspectSchema(unmigrated)
  expect(migrations.pending.length).toBeGreaterThan(0)
  expect(migrations.applied).toEqual([])
  expect(drift).toEqual(NO_DRIFT)
  await unmigrated.close()
})
