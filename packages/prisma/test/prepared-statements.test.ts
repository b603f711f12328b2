import { type Database, openDatabase, type PrismaClient } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'

let testDatabase: TestDatabase
let database: Database

beforeAll(async () => {
  testDatabase = await createTestDatabase({ migrated: false })
})

// One connection, so that a statement is prepared where the next one runs.
beforeEach(async () => {
  database = openDatabase(testDatabase.url, { maxConnections: 1 })
  await database.executeSql('create table notes (id int primary key)')
  await database.executeSql('insert into notes values (1)')
})

afterEach(async () => {
  await database.executeSql('drop table notes')
  await database.close()
})

afterAll(() => testDatabase.drop())

async function preparedTexts(): Promise<unknown[]> {
  const { rows } = await database.executeSql("select statement from pg_prepared_statements where name like 'rindle%'")
  return rows.map(({ statement }) => statement)
}

const BY_ID = 'select * from notes where id = $1'

test('a text that comes a second time is prepared, one that comes once is not', async () => {
  await database.executeSql(BY_ID, [1])
  expect(await preparedTexts()).toEqual([])
  await database.executeSql(BY_ID, [1])
  await database.executeSql(BY_ID, [2])
  expect(await preparedTexts()).toEqual([BY_ID])
})

test("the generated client's statements are prepared too", async () => {
  await database.prisma.$queryRawUnsafe(BY_ID, 1)
  await database.prisma.$queryRawUnsafe(BY_ID, 1)
  expect(await preparedTexts()).toEqual([BY_ID])
})

test('a prepared statement survives a change of the schema under it', async () => {
  await database.executeSql(BY_ID, [1])
  await database.executeSql(BY_ID, [1])
  await database.executeSql("alter table notes add column body text not null default 'new'")
  expect((await database.executeSql(BY_ID, [1])).rows).toEqual([{ id: 1, body: 'new' }])
  expect((await database.executeSql(BY_ID, [1])).rows).toEqual([{ id: 1, body: 'new' }])
})

test('those of the generated client survive it as well, on every connection', async () => {
  const two = openDatabase(testDatabase.url, { maxConnections: 2 })
  // Each keeps its connection until the other has one too.
  const onBoth = async () => {
    const both = Promise.withResolvers<void>()
    let count = 0
    const read = async (tx: Pick<PrismaClient, '$queryRawUnsafe'>): Promise<void> => {
      await tx.$queryRawUnsafe(BY_ID, 1)
      count += 1
      if (count === 2) both.resolve()
      await both.promise
    }
    await Promise.all([1, 2].map(() => two.prisma.$transaction(read)))
  }
  await onBoth()
  await onBoth()
  await two.executeSql("alter table notes add column body text not null default 'new'")
  expect(await two.prisma.$queryRawUnsafe(BY_ID, 1)).toEqual([{ id: 1, body: 'new' }])
  await two.close()
})

test('in a transaction such a change fails it once, and the next one goes through', async () => {
  await database.executeSql(BY_ID, [1])
  await database.executeSql(BY_ID, [1])
  await database.executeSql('alter table notes add column body text')
  const read = () => database.transaction((tx) => tx.executeSql(BY_ID, [1]))
  await expect(read()).rejects.toThrow('cached plan')
  expect((await read()).rows).toEqual([{ id: 1, body: null }])
})

test('a statement that a pooler dropped is prepared again', async () => {
  await database.executeSql(BY_ID, [1])
  await database.executeSql(BY_ID, [1])
  await database.executeSql('deallocate all')
  expect((await database.executeSql(BY_ID, [1])).rows).toEqual([{ id: 1 }])
})

test('two databases over one pool give no name to two texts', async () => {
  const pool = new pg.Pool({ connectionString: testDatabase.url, max: 1 })
  const [first, second] = [openDatabase({ pool }), openDatabase({ pool })]
  for (const text of [BY_ID, 'select id + 1 as next from notes where id = $1']) {
    for (const each of [first, second, first, second]) await each.executeSql(text, [1])
  }
  expect((await second.executeSql(BY_ID, [1])).rows).toEqual([{ id: 1 }])
  await pool.end()
})

test('what pg keeps of a statement that has ended holds no rows', async () => {
  const query = vi.spyOn(pg.Client.prototype, 'query')
  onTestFinished(() => query.mockRestore())
  for (let count = 0; count < 3; count += 1) {
    expect((await database.executeSql(BY_ID, [1])).rows).toEqual([{ id: 1 }])
  }
  const kept = await Promise.all(query.mock.results.map(({ value }) => value as Promise<pg.QueryResult>))
  expect(kept.map(({ rowCount, rows }) => [rowCount, rows])).toEqual([
    [1, []],
    [1, []],
    [1, []],
  ])
})
