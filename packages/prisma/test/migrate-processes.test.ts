import { fork } from 'node:child_process'
import { once } from 'node:events'
import { migrationStatus } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeMigrationsDirectory } from './migrations-directory.ts'

let testDatabase: TestDatabase

beforeEach(async () => {
  testDatabase = await createTestDatabase({ migrated: false })
})

afterEach(() => testDatabase.drop())

const PROGRAM = new URL('./migrate-process.ts', import.meta.url)

/** Runs the runner in a process of its own, from the sources. */
async function migrateInProcess(...args: string[]): Promise<unknown> {
  const child = fork(PROGRAM, [testDatabase.url, ...args], { execArgv: ['--conditions=dev-source'] })
  const [message] = await once(child, 'message')
  await once(child, 'exit')
  return message
}

test('of two processes one migrates, and the other waits and finds nothing to do', async () => {
  // Held from outside until both wait for it, so that they do meet.
  const holder = new pg.Client({ connectionString: testDatabase.url })
  await holder.connect()
  await holder.query('select pg_advisory_lock(72707369)')
  const processes = [migrateInProcess(), migrateInProcess()]
  await untilWaiting(holder, 2)
  await holder.end()
  const results = await Promise.all(processes)
  const { applied } = await migrationStatus(testDatabase.url)
  expect(results).toContainEqual({ applied })
  expect(results).toContainEqual({ applied: [] })
})

test('a process that is killed in the middle of a migration leaves nothing of it', async () => {
  await using directory = await makeMigrationsDirectory({
    '1_slow': 'create table rindle.half (); select pg_sleep(600)',
  })
  const observer = new pg.Client({ connectionString: testDatabase.url })
  await observer.connect()
  const child = fork(PROGRAM, [testDatabase.url, directory.path], { execArgv: ['--conditions=dev-source'] })
  await untilSleeping(observer)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await observer.query(
    "select pg_terminate_backend(pid, 5000) from pg_stat_activity where query like '%pg_sleep(600)%' and pid <> pg_backend_pid()",
  )
  expect((await observer.query('select * from rindle._prisma_migrations')).rows).toEqual([])
  expect((await observer.query("select to_regclass('rindle.half') as half")).rows).toEqual([{ half: null }])
  await directory.write('1_slow', 'create table rindle.whole ()')
  expect(await migrateInProcess(directory.path)).toEqual({ applied: ['1_slow'] })
  await observer.end()
})

/** Asks the server until it says so; vitest's own time limit ends it if that never happens. */
async function untilTrue(client: pg.Client, sql: string): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ ok: boolean }>(sql)
    if (rows[0]?.ok === true) return
  }
}

function untilWaiting(client: pg.Client, count: number): Promise<void> {
  return untilTrue(
    client,
    `select count(*) = ${count} as ok from pg_locks where locktype = 'advisory' and objid = 72707369 and not granted
       and database = (select oid from pg_database where datname = current_database())`,
  )
}

function untilSleeping(client: pg.Client): Promise<void> {
  return untilTrue(
    client,
    "select count(*) = 1 as ok from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()",
  )
}
