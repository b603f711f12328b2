import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import { type Database, fromPgClient, openDatabase, PrismaClient, type SqlExecutor, sqlStateOf } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import pg from 'pg'
import { fromPrisma } from 'pg-boss'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

let testDatabase: TestDatabase
let pool: pg.Pool

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  pool = new pg.Pool({ connectionString: testDatabase.url, options: '-c TimeZone=UTC' })
  await pool.query('create table notes (id int primary key, body text)')
})

beforeEach(async () => {
  await pool.query('truncate notes')
})

afterAll(async () => {
  await pool.end()
  await testDatabase.drop()
})

function newClient(timeZone = 'UTC'): PrismaClient {
  const connection = { connectionString: testDatabase.url, options: `-c TimeZone=${timeZone}` }
  return new PrismaClient({ adapter: new PrismaPg(connection, { schema: 'rindle' }) })
}

async function count(): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('select count(*)::int from notes')
  return rows[0]?.count ?? 0
}

const INSERT = 'insert into notes values ($1, $2)'

describe("over the application's Prisma client", () => {
  let client: PrismaClient
  let database: Database

  beforeAll(() => {
    client = newClient()
    database = openDatabase({ prisma: client })
  })

  afterAll(() => client.$disconnect())

  test('rows and values have the same form as over pg', async () => {
    const id = randomUUID()
    const text = `select $1::uuid as id, $2::timestamptz as at, $3::jsonb as data, 9007199254740993::bigint as big,
      1.25::numeric as price, array[1, 2]::bigint[] as bigs, $4::text[] as names, $5::text as nothing`
    const values = [id, new Date('2026-01-02T03:04:05.678Z'), { a: [1] }, ['x', 'y'], undefined]
    const overPg = await fromPgClient(pool).executeSql(text, values)
    expect((await database.executeSql(text, values)).rows).toEqual(overPg.rows)
  })

  test('a date is the instant that it is, also on a connection that is not in UTC', async () => {
    const elsewhere = newClient('Asia/Tokyo')
    const { rows } = await openDatabase({ prisma: elsewhere }).executeSql(
      "select $1 = '2026-01-02T03:04:05Z'::timestamptz as same",
      [new Date('2026-01-02T03:04:05Z')],
    )
    expect(rows).toEqual([{ same: true }])
    await elsewhere.$disconnect()
  })

  test('a uuid and a state array fit their columns without casts, as over pg', async () => {
    const text = 'select id from rindle.media_assets where id = $1 and state = any($2)'
    expect((await database.executeSql(text, [randomUUID(), ['staged', 'ready']])).rows).toEqual([])
  })

  test('a statement that returns no rows gives none', async () => {
    expect(await database.executeSql(INSERT, [1, 'x'])).toEqual({ rows: [] })
  })

  test('a transaction commits, and rolls back when the work throws', async () => {
    await database.transaction((tx) => tx.executeSql(INSERT, [1, 'x']))
    const work = database.transaction(async (tx) => {
      await tx.executeSql(INSERT, [2, 'x'])
      throw new Error('no')
    })
    await expect(work).rejects.toThrow('no')
    expect(await count()).toBe(1)
  })

  test('a failed statement whose error is caught inside does not count as a commit', async () => {
    const work = database.transaction(async (tx) => {
      await tx.executeSql(INSERT, [1, 'x'])
      await tx.executeSql(INSERT, [1, 'x']).catch(() => undefined)
    })
    await expect(work).rejects.toThrow('Nothing was committed')
    expect(await count()).toBe(0)
  })

  test('a failed statement that a savepoint undid does not stop the rest', async () => {
    await database.transaction(async (tx) => {
      await tx.executeSql(INSERT, [1, 'x'])
      await tx.executeSql('savepoint before')
      await tx.executeSql(INSERT, [1, 'x']).catch(() => undefined)
      await tx.executeSql('rollback to savepoint before')
    })
    expect(await count()).toBe(1)
  })

  test('a refused statement has its SQLSTATE', async () => {
    await database.executeSql(INSERT, [1, 'x'])
    const error: unknown = await database.executeSql(INSERT, [1, 'x']).catch((caught: unknown) => caught)
    expect(sqlStateOf(error)).toBe('23505')
  })

  test('its own models are the read model', async () => {
    expect(database.prisma).toBe(client)
    expect(await database.prisma.mediaAsset.count()).toBe(0)
  })

  test('a client of another schema runs SQL, and has no read model', async () => {
    const foreign = openDatabase({
      prisma: {
        $queryRawUnsafe: (query, ...values) => client.$queryRawUnsafe(query, ...values),
        $transaction: (work, options) => client.$transaction(work, options),
      },
    })
    expect((await foreign.executeSql('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(() => foreign.prisma).toThrow('was not generated from Rindle')
  })

  test('it cannot listen, and the error says what can', async () => {
    await expect(database.listen('rindle_events', () => undefined)).rejects.toThrow('a connection URL or a pool')
  })

  test('closing leaves it open', async () => {
    await database.close()
    expect(await client.$queryRawUnsafe('select 1 as one')).toEqual([{ one: 1 }])
  })
})

describe("inside the application's transaction", () => {
  test('what a pg client began carries the statements and undoes them', async () => {
    const client = await pool.connect()
    await client.query('begin')
    await fromPgClient(client).executeSql(INSERT, [1, 'x'])
    await client.query('rollback')
    client.release()
    expect(await count()).toBe(0)
  })

  test("pg-boss's adapter for Prisma carries them as well", async () => {
    const client = newClient()
    await client.$transaction(async (tx) => {
      const executor: SqlExecutor = fromPrisma(tx)
      await executor.executeSql(INSERT, [1, 'x'])
    })
    expect(await count()).toBe(1)
    await client.$disconnect()
  })
})

describe("over the application's pool", () => {
  test('the read model works over it', async () => {
    const database = openDatabase({ pool })
    expect(await database.prisma.mediaAsset.findMany()).toEqual([])
    await database.close()
  })

  test('the read model works over a pool of another copy of pg', async () => {
    const foreign = new Proxy(pool, { getPrototypeOf: () => Object.prototype })
    expect(foreign).not.toBeInstanceOf(pg.Pool)
    const database = openDatabase({ pool: foreign })
    expect(await database.prisma.mediaAsset.findMany()).toEqual([])
    expect(await database.prisma.$queryRawUnsafe('select current_database() as name')).toEqual([
      { name: new URL(testDatabase.url).pathname.slice(1) },
    ])
    await database.close()
  })

  test('the read model refuses a pool with a time zone in which it would read wrong times', async () => {
    const elsewhere = new pg.Pool({ connectionString: testDatabase.url, options: '-c TimeZone=Asia/Tokyo' })
    const database = openDatabase({ pool: elsewhere })
    await expect(database.prisma.mediaAsset.findMany()).rejects.toThrow('Asia/Tokyo')
    expect((await database.executeSql('select 1 as one')).rows).toEqual([{ one: 1 }])
    await elsewhere.end()
  })
})
