import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../src/index.ts'
import { testServer } from '../src/test-server.ts'

async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

async function databaseExists(name: string): Promise<readonly Record<string, unknown>[]> {
  return query((await testServer()).adminUrl, `select datname from pg_database where datname = '${name}'`)
}

test('what one test file writes is not in the database of another', async () => {
  await using first = await createTestDatabase()
  await using second = await createTestDatabase()
  await query(first.url, 'create table mark (n int)')
  expect(await query(first.url, `select to_regclass('mark')::text as mark`)).toEqual([{ mark: 'mark' }])
  expect(await query(second.url, `select to_regclass('mark')::text as mark`)).toEqual([{ mark: null }])
})

test("a test database has Rindle's tables, and pg-boss finds nothing left to install", async () => {
  await using database = await createTestDatabase()
  expect(await query(database.url, 'select count(*)::int as assets from rindle.media_assets')).toEqual([{ assets: 0 }])
  const boss = new PgBoss({ connectionString: database.url, schema: 'pgboss', migrate: false, supervise: false })
  await boss.start()
  expect(await boss.isInstalled()).toBe(true)
  await boss.stop({ graceful: false })
})

test('an unmigrated test database is empty', async () => {
  await using database = await createTestDatabase({ migrated: false })
  const schemas = `select count(*)::int as schemas from pg_namespace where nspname in ('rindle', 'pgboss')`
  expect(await query(database.url, schemas)).toEqual([{ schemas: 0 }])
})

test('a copy holds what its model does, and is written to alone', async () => {
  await using model = await createTestDatabase({ migrated: false })
  await query(model.url, 'create table mark (n int)')
  await using copy = await createTestDatabase({ copyOf: model })
  await query(copy.url, 'insert into mark values (1)')
  expect(await query(copy.url, 'select * from mark')).toEqual([{ n: 1 }])
  expect(await query(model.url, 'select * from mark')).toEqual([])
})

test('test databases can be created at the same time', async () => {
  const databases = await Promise.all(Array.from({ length: 6 }, () => createTestDatabase()))
  expect(new Set(databases.map(({ url }) => url)).size).toBe(6)
  await Promise.all(databases.map((database) => database.drop()))
})

test('a dropped database is gone, even with open connections, and dropping it again is harmless', async () => {
  const database = await createTestDatabase()
  const name = new URL(database.url).pathname.slice(1)
  const client = new pg.Client({ connectionString: database.url })
  const disconnected = new Promise<Error>((resolve) => client.on('error', resolve))
  await client.connect()
  expect(await databaseExists(name)).toHaveLength(1)
  await database.drop()
  expect(await databaseExists(name)).toHaveLength(0)
  expect((await disconnected).message).toContain('terminat')
  await database.drop()
})
