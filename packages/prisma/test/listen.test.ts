import { type Database, openDatabase } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { dedicatedConnection, type ListenConnection } from '../src/listen-connection.ts'
import { Subscription } from '../src/subscription.ts'

let testDatabase: TestDatabase
let database: Database

beforeAll(async () => {
  testDatabase = await createTestDatabase({ migrated: false })
})

beforeEach(() => {
  database = openDatabase(testDatabase.url)
})

afterEach(() => database.close())

afterAll(() => testDatabase.drop())

/** Collects calls, and lets a test wait until there are as many as it expects. */
function recorder<T>(): { calls: T[]; record: (value: T) => void; until: (count: number) => Promise<T[]> } {
  const calls: T[] = []
  let wake = () => {}
  return {
    calls,
    record: (value) => {
      calls.push(value)
      wake()
    },
    until: async (count) => {
      while (calls.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return calls
    },
  }
}

function notify(channel: string, payload: string): Promise<unknown> {
  return database.executeSql('select pg_notify($1, $2)', [channel, payload])
}

async function listeners(): Promise<unknown[]> {
  const { rows } = await database.executeSql(
    "select pid from pg_stat_activity where query like 'listen %' and datname = current_database()",
  )
  return rows.map(({ pid }) => pid)
}

test('messages of the channel arrive in order, those of other channels do not', async () => {
  const messages = recorder<string>()
  await database.listen('rindle_events', messages.record)
  await notify('rindle_other', 'no')
  await notify('rindle_events', 'one')
  await notify('rindle_events', 'two')
  expect(await messages.until(2)).toEqual(['one', 'two'])
})

test('a message of a transaction arrives when it is committed, and never when it is not', async () => {
  const messages = recorder<string>()
  await database.listen('rindle_events', messages.record)
  await database
    .transaction(async (tx) => {
      await tx.executeSql("select pg_notify('rindle_events', 'rolled back')")
      throw new Error('no')
    })
    .catch(() => undefined)
  await database.transaction((tx) => tx.executeSql("select pg_notify('rindle_events', 'committed')"))
  expect(await messages.until(1)).toEqual(['committed'])
})

test('a channel may have any name', async () => {
  const messages = recorder<string>()
  await database.listen('Weird "name"; --', messages.record)
  await notify('Weird "name"; --', 'hello')
  expect(await messages.until(1)).toEqual(['hello'])
})

test('a lost connection is made again, said so, and messages arrive as before', async () => {
  const messages = recorder<string>()
  const reconnects = recorder<string>()
  await database.listen('rindle_events', messages.record, () => reconnects.record('again'))
  for (const round of [1, 2]) {
    const [pid] = await listeners()
    await database.executeSql('select pg_terminate_backend($1)', [pid])
    await reconnects.until(round)
    await notify('rindle_events', `round ${round}`)
    await messages.until(round)
  }
  expect(messages.calls).toEqual(['round 1', 'round 2'])
  expect(reconnects.calls).toEqual(['again', 'again'])
})

test('it comes back after attempts that failed', async () => {
  const messages = recorder<string>()
  const reconnects = recorder<string>()
  let attempts = 0
  const connect = (): Promise<ListenConnection> => {
    attempts += 1
    const isServerAway = attempts === 2 || attempts === 3
    return dedicatedConnection(isServerAway ? 'postgres://nobody@127.0.0.1:1/none' : testDatabase.url)
  }
  const subscription = new Subscription(connect, 'rindle_events', {
    onMessage: messages.record,
    onReconnect: () => reconnects.record('again'),
  })
  await subscription.open()
  const [pid] = await listeners()
  await database.executeSql('select pg_terminate_backend($1)', [pid])
  await reconnects.until(1)
  expect(attempts).toBe(4)
  await notify('rindle_events', 'hello')
  expect(await messages.until(1)).toEqual(['hello'])
  await subscription.close()
})

test('after closing nothing arrives, the connection is gone, and closing again does no harm', async () => {
  const messages = recorder<string>()
  const kept = recorder<string>()
  const listening = await database.listen('rindle_events', messages.record)
  await listening.close()
  await listening.close()
  await database.listen('rindle_events', kept.record)
  expect(await listeners()).toHaveLength(1)
  await notify('rindle_events', 'late')
  await kept.until(1)
  expect(messages.calls).toEqual([])
})

test('a connection that arrives after it was closed is closed too', async () => {
  const connections = recorder<ListenConnection>()
  const late = Promise.withResolvers<void>()
  const connect = async (): Promise<ListenConnection> => {
    const connection = await dedicatedConnection(testDatabase.url)
    connections.record(connection)
    if (connections.calls.length === 2) await late.promise
    return connection
  }
  const reconnects = recorder<string>()
  const handlers = { onMessage: () => undefined, onReconnect: () => reconnects.record('again') }
  const subscription = new Subscription(connect, 'rindle_events', handlers)
  await subscription.open()
  const [pid] = await listeners()
  await database.executeSql('select pg_terminate_backend($1)', [pid])
  const [, second] = await connections.until(2)
  const ended = new Promise<void>((resolve) => second?.client.on('end', resolve))
  await subscription.close()
  late.resolve()
  await ended
  expect(reconnects.calls).toEqual([])
})

test('closing the database closes what listens', async () => {
  await database.listen('rindle_events', () => undefined)
  const observer = openDatabase(testDatabase.url)
  await database.close()
  const { rows } = await observer.executeSql(
    "select 1 from pg_stat_activity where query like 'listen %' and datname = current_database()",
  )
  expect(rows).toEqual([])
  await observer.close()
})

test("over the application's pool it holds one connection, and returns it", async () => {
  const pool = new pg.Pool({ connectionString: testDatabase.url, max: 2 })
  const borrowed = openDatabase({ pool })
  const messages = recorder<string>()
  const reconnects = recorder<string>()
  const listening = await borrowed.listen('rindle_events', messages.record, () => reconnects.record('again'))
  expect(pool.totalCount).toBe(1)
  const [pid] = await listeners()
  await database.executeSql('select pg_terminate_backend($1)', [pid])
  await reconnects.until(1)
  await notify('rindle_events', 'hello')
  expect(await messages.until(1)).toEqual(['hello'])
  expect(pool.totalCount).toBe(1)
  await listening.close()
  expect(pool.totalCount).toBe(0)
  await pool.end()
})

test('what else such a connection listened to before is not taken for a message', async () => {
  const pool = new pg.Pool({ connectionString: testDatabase.url, max: 1 })
  await pool.query('listen rindle_other')
  const messages = recorder<string>()
  const listening = await openDatabase({ pool }).listen('rindle_events', messages.record)
  await notify('rindle_other', 'no')
  await notify('rindle_events', 'yes')
  expect(await messages.until(1)).toEqual(['yes'])
  await listening.close()
  await pool.end()
})

test('the first failure to connect is the caller’s to handle', async () => {
  const nowhere = openDatabase('postgres://nobody@127.0.0.1:1/none')
  await expect(nowhere.listen('rindle_events', () => undefined)).rejects.toThrow('ECONNREFUSED')
  await nowhere.close()
})
