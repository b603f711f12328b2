import { randomUUID } from 'node:crypto'
import { type Database, openDatabase, type SqlExecutor, sqlStateOf } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

let testDatabase: TestDatabase
let database: Database

beforeAll(async () => {
  testDatabase = await createTestDatabase({ migrated: false })
  database = openDatabase(testDatabase.url, { maxConnections: 4 })
  await database.executeSql('create table notes (id int primary key, body text)')
})

beforeEach(async () => {
  await database.executeSql('truncate notes')
})

afterAll(async () => {
  await database.close()
  await testDatabase.drop()
})

function insert(executor: SqlExecutor, id: number): Promise<unknown> {
  return executor.executeSql('insert into notes values ($1, $2)', [id, 'written'])
}

async function ids(): Promise<unknown[]> {
  const { rows } = await database.executeSql('select id from notes order by id')
  return rows.map(({ id }) => id)
}

test('what a transaction wrote is there when it resolves, and its value is returned', async () => {
  const value = await database.transaction(async (tx) => {
    await insert(tx, 1)
    await insert(tx, 2)
    return 'done'
  })
  expect(value).toBe('done')
  expect(await ids()).toEqual([1, 2])
})

test('nothing is written when the work throws, and its error is the one that arrives', async () => {
  const refusal = new Error('no')
  const work = database.transaction(async (tx) => {
    await insert(tx, 1)
    throw refusal
  })
  await expect(work).rejects.toBe(refusal)
  expect(await ids()).toEqual([])
})

test('no other connection sees the writes of a transaction before its commit', async () => {
  await database.transaction(async (tx) => {
    await insert(tx, 1)
    expect(await ids()).toEqual([])
  })
  expect(await ids()).toEqual([1])
})

test('a failed statement rolls back and keeps its SQLSTATE', async () => {
  await insert(database, 1)
  const work = database.transaction(async (tx) => {
    await insert(tx, 2)
    await insert(tx, 1)
  })
  const error: unknown = await work.catch((caught: unknown) => caught)
  expect(sqlStateOf(error)).toBe('23505')
  expect(await ids()).toEqual([1])
})

test('a failed statement whose error is caught inside does not count as a commit', async () => {
  const work = database.transaction(async (tx) => {
    await insert(tx, 1)
    await insert(tx, 1).catch(() => undefined)
  })
  await expect(work).rejects.toThrow('Nothing was committed')
  expect(await ids()).toEqual([])
})

test('a constraint that fails at commit is reported, and the connection can be used again', async () => {
  await using own = await createTestDatabase({ migrated: false })
  const single = openDatabase(own.url, { maxConnections: 1 })
  await single.executeSql('create table parents (id int primary key)')
  await single.executeSql('create table children (parent int references parents deferrable initially deferred)')
  const work = single.transaction((tx) => tx.executeSql('insert into children values ($1)', [1]))
  const error: unknown = await work.catch((caught: unknown) => caught)
  expect(sqlStateOf(error)).toBe('23503')
  expect((await single.executeSql('select * from children')).rows).toEqual([])
  await single.close()
})

test('transactions at the same time do not mix', async () => {
  const outcomes = await Promise.allSettled(
    [1, 2, 3, 4, 5, 6, 7, 8].map((id) =>
      database.transaction(async (tx) => {
        await insert(tx, id)
        if (id % 2 === 0) throw new Error('even')
        await insert(tx, id + 100)
      }),
    ),
  )
  expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
    true,
    false,
  ])
  expect(await ids()).toEqual([1, 3, 5, 7, 101, 103, 105, 107])
})

test('statements of one transaction sent at once run one after the other, as pg will soon demand', async () => {
  const warnings: string[] = []
  const collect = (warning: Error) => warnings.push(warning.message)
  process.on('warning', collect)
  await database.transaction(async (tx) => {
    await Promise.all([1, 2, 3].map((id) => insert(tx, id)))
  })
  process.off('warning', collect)
  expect(await ids()).toEqual([1, 2, 3])
  expect(warnings).toEqual([])
})

test('a statement after the end is refused and reaches no connection', async () => {
  let leaked: SqlExecutor | undefined
  await database.transaction(async (tx) => {
    leaked = tx
  })
  await expect(leaked?.executeSql('insert into notes values (9)')).rejects.toThrow('This transaction has ended')
  expect(await ids()).toEqual([])
})

test('a connection lost in the middle rejects the transaction and is replaced', async () => {
  const work = database.transaction(async (tx) => {
    await insert(tx, 1)
    const { rows } = await tx.executeSql('select pg_backend_pid() as pid')
    await database.executeSql('select pg_terminate_backend($1)', [rows[0]?.pid])
    await insert(tx, 2)
  })
  await expect(work).rejects.toThrow()
  expect(await ids()).toEqual([])
})

test('a connection lost while idle neither ends the process nor fails the next statement', async () => {
  const pool = new pg.Pool({ connectionString: testDatabase.url })
  const victim = openDatabase({ pool })
  const { rows } = await victim.executeSql('select pg_backend_pid() as pid')
  const removed = new Promise((resolve) => pool.once('remove', resolve))
  await database.executeSql('select pg_terminate_backend($1)', [rows[0]?.pid])
  await removed
  expect((await victim.executeSql('select 1 as one')).rows).toEqual([{ one: 1 }])
  await pool.end()
})

test('a refused statement costs no connection', async () => {
  await using own = await createTestDatabase({ migrated: false })
  const single = openDatabase(own.url, { maxConnections: 1 })
  const pid = async () => (await single.executeSql('select pg_backend_pid() as pid')).rows[0]?.pid
  const before = await pid()
  await expect(single.executeSql('select 1 / 0')).rejects.toThrow('division by zero')
  expect(await pid()).toBe(before)
  await single.close()
})

test('rows come as pg gives them: timestamps are dates, bigint and numeric are text, JSON is parsed', async () => {
  const { rows } = await database.executeSql(
    "select '2026-01-02T03:04:05.678Z'::timestamptz as at, 9007199254740993::bigint as big, 1.50::numeric as price, '{\"a\":[1]}'::jsonb as data, null as nothing",
  )
  expect(rows).toEqual([
    {
      at: new Date('2026-01-02T03:04:05.678Z'),
      big: '9007199254740993',
      price: '1.50',
      data: { a: [1] },
      nothing: null,
    },
  ])
})

test('several statements at once give the rows of the last', async () => {
  const { rows } = await database.executeSql(
    'insert into notes values (1); insert into notes values (2); select count(*)::int from notes',
  )
  expect(rows).toEqual([{ count: 2 }])
})

test("the application's schema in the URL changes nothing for Rindle", async () => {
  const url = new URL(testDatabase.url)
  url.searchParams.set('schema', 'shop')
  url.searchParams.set('connection_limit', '5')
  const other = openDatabase(url.href)
  expect((await other.executeSql('select $1::int as one', [1])).rows).toEqual([{ one: 1 }])
  await other.close()
})

test('opening does no I/O, and the error of a server that is not there comes with the first statement', async () => {
  const nowhere = openDatabase('postgres://user:hunter2@127.0.0.1:1/none')
  const error: unknown = await nowhere.executeSql('select 1').catch((caught: unknown) => caught)
  expect(String(error)).toContain('ECONNREFUSED')
  await nowhere.close()
})

test('something that is no PostgreSQL URL is refused without being repeated', () => {
  for (const url of ['mysql://user:hunter2@host/db', 'hunter2']) {
    expect(() => openDatabase(url)).toThrow(/^(?!.*hunter2).*not a PostgreSQL URL(?!.*hunter2)/)
  }
})

test('closing is safe to repeat, and leaves a pool that was given open', async () => {
  const pool = new pg.Pool({ connectionString: testDatabase.url })
  const borrowed = openDatabase({ pool })
  await insert(borrowed, 1)
  await borrowed.transaction((tx) => insert(tx, 2))
  await borrowed.close()
  await borrowed.close()
  expect((await pool.query('select id from notes')).rowCount).toBe(2)
  expect(pool.listenerCount('error')).toBe(0)
  await pool.end()
})

test('ids stay what they are', async () => {
  const id = randomUUID()
  expect((await database.executeSql('select $1::uuid as id', [id])).rows).toEqual([{ id }])
})
