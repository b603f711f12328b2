import { MigrationError, type MigrationErrorCode, migrate, migrationStatus, openDatabase } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { migrateFrom } from '../src/migrate.ts'
import { assertSupported } from '../src/migration-connection.ts'
import { MIGRATIONS_DIRECTORY, readMigrations } from '../src/migration-files.ts'
import { statusOf } from '../src/migration-status.ts'
import { makeMigrationsDirectory } from './migrations-directory.ts'

let testDatabase: TestDatabase
let url: string

beforeEach(async () => {
  testDatabase = await createTestDatabase({ migrated: false })
  url = testDatabase.url
})

afterEach(() => testDatabase.drop())

async function query(sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql, values)).rows
  } finally {
    await client.end()
  }
}

const ledger = () =>
  query(`select migration_name, finished_at is not null as finished, rolled_back_at is not null as rolled_back,
    applied_steps_count, logs from rindle._prisma_migrations order by started_at`)

const tables = async () =>
  (await query("select tablename from pg_tables where schemaname = 'rindle' order by 1")).map(
    ({ tablename }) => tablename,
  )

async function errorOf(work: Promise<unknown>): Promise<MigrationError> {
  const error: unknown = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  if (!(error instanceof MigrationError)) throw new Error('It did not throw a MigrationError.', { cause: error })
  return error
}

async function expectCode(work: Promise<unknown>, code: MigrationErrorCode): Promise<MigrationError> {
  const error = await errorOf(work)
  expect(error.code).toBe(code)
  return error
}

describe('the shipped migrations', () => {
  test('make every table, and the ledger beside them', async () => {
    const names = (await readMigrations(MIGRATIONS_DIRECTORY)).map(({ name }) => name)
    expect(await migrate(url)).toEqual({ applied: names })
    expect(await tables()).toEqual([
      '_prisma_migrations',
      'media_assets',
      'media_attachments',
      'media_declared_variants',
      'media_deliveries',
      'media_event_targets',
      'media_events',
      'media_holds',
      'media_maintenance_runs',
      'media_mirror_changes',
      'media_moves',
      'media_operator_actions',
      'media_processing_runs',
      'media_quotas',
      'media_relocations',
      'media_storages',
      'media_tracks',
      'media_trashed_attachments',
      'media_upload_sessions',
      'media_variants',
      'media_workers',
    ])
    expect(await ledger()).toEqual(
      names.map((name) => ({
        migration_name: name,
        finished: true,
        rolled_back: false,
        applied_steps_count: 1,
        logs: null,
      })),
    )
  })

  test('are applied once, however often one asks', async () => {
    await migrate(url)
    const before = await ledger()
    expect(await migrate(url)).toEqual({ applied: [] })
    expect(await ledger()).toEqual(before)
  })

  test('go into schema rindle whatever schema the URL names', async () => {
    await migrate(`${url}?schema=shop`)
    expect(await tables()).toContain('media_assets')
    expect(await query("select 1 from pg_namespace where nspname = 'shop'")).toEqual([])
  })

  test("can be applied over one connection of the application's pool, which is left as it was", async () => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    let ended = 0
    pool.on('remove', () => (ended += 1))
    await migrate({ pool })
    expect(ended).toBe(1)
    expect(await migrationStatus({ pool })).toMatchObject({ pending: [] })
    expect(ended).toBe(2)
    expect((await pool.query('show search_path')).rows).toEqual([{ search_path: '"$user", public' }])
    const ownLocks = `select 1 from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`
    expect((await pool.query(ownLocks)).rows).toEqual([])
    await pool.end()
  })

  test('can be applied by a user who may not create schemas, once the schema exists', async () => {
    const role = `rindle_test_owner_${process.pid}`
    await query(`create role ${role} login password 'owner'`)
    try {
      await query(`create schema rindle authorization ${role}`)
      const ownUrl = new URL(url)
      ownUrl.username = role
      ownUrl.password = 'owner'
      await migrate(ownUrl.href)
      expect(await tables()).toContain('media_assets')
      expect(await migrate(ownUrl.href)).toEqual({ applied: [] })
    } finally {
      await query(`drop schema rindle cascade`)
      await query(`drop role ${role}`)
    }
  })

  test('are not stopped by a statement_timeout that is meant for requests', async () => {
    await using directory = await makeMigrationsDirectory({ '1_slow': 'select pg_sleep(2.2)' })
    await query(`alter database "${new URL(url).pathname.slice(1)}" set statement_timeout = 2000`)
    expect(await migrateFrom(directory.path, url)).toMatchObject({ applied: ['1_slow'] })
  })
})

describe('status', () => {
  test('before: everything is pending, and looking makes nothing', async () => {
    const names = (await readMigrations(MIGRATIONS_DIRECTORY)).map(({ name }) => name)
    expect(await migrationStatus(url)).toEqual({ applied: [], pending: names, failed: [], edited: [], unknown: [] })
    expect(await query("select 1 from pg_namespace where nspname = 'rindle'")).toEqual([])
  })

  test('after: everything is applied', async () => {
    const { applied } = await migrate(url)
    expect(await migrationStatus(url)).toEqual({ applied, pending: [], failed: [], edited: [], unknown: [] })
  })

  test('names edited, unknown, failed and pending migrations', async () => {
    await using directory = await makeMigrationsDirectory({
      '1_edited': 'create table a ()',
      '2_unknown': 'create table b ()',
    })
    await migrateFrom(directory.path, url)
    await directory.write('1_edited', 'create table changed ()')
    await directory.remove('2_unknown')
    await directory.write('3_failed', 'select 1')
    await query(`insert into rindle._prisma_migrations (id, checksum, migration_name)
      values ('x', 'x', '3_failed'), ('y', 'y', '1_edited')`)
    await directory.write('4_pending', 'select 1')
    expect(await statusOf(url, directory.path)).toEqual({
      applied: ['1_edited'],
      pending: ['4_pending'],
      failed: ['3_failed'],
      edited: ['1_edited'],
      unknown: ['2_unknown'],
    })
  })

  test('ignores attempts that were rolled back', async () => {
    await using directory = await makeMigrationsDirectory({ '1_a': 'create table a ()' })
    await migrateFrom(directory.path, url)
    await query(`insert into rindle._prisma_migrations (id, checksum, migration_name, rolled_back_at)
      values ('x', 'x', '1_a', now()), ('y', 'y', '0_withdrawn', now())`)
    expect(await statusOf(url, directory.path)).toEqual({
      applied: ['1_a'],
      pending: [],
      failed: [],
      edited: [],
      unknown: [],
    })
    expect(await migrateFrom(directory.path, url)).toEqual({ applied: [] })
  })
})

describe('a migration that fails', () => {
  const GOOD = 'create table a (); create table b ()'
  const BAD = 'create table c (); select 1 / 0; create table d ()'

  test('leaves nothing of itself, keeps those before it, and is recorded as Prisma records it', async () => {
    await using directory = await makeMigrationsDirectory({ '1_good': GOOD, '2_bad': BAD, '3_after': 'select 1' })
    const error = await expectCode(migrateFrom(directory.path, url), 'migration_failed')
    expect(error.message).toContain('2_bad')
    expect(error.message).toContain('division by zero')
    expect(error.message).toContain('run the migration again')
    expect(await tables()).toEqual(['_prisma_migrations', 'a', 'b'])
    expect(await ledger()).toMatchObject([
      { migration_name: '1_good', finished: true },
      { migration_name: '2_bad', finished: false, rolled_back: false, applied_steps_count: 0 },
    ])
    expect(String((await ledger())[1]?.logs)).toContain('division by zero')
    expect(await statusOf(url, directory.path)).toMatchObject({ applied: ['1_good'], failed: ['2_bad'] })
  })

  test('fails again in the same way until it is repaired, and is then applied', async () => {
    await using directory = await makeMigrationsDirectory({ '1_bad': BAD })
    await expectCode(migrateFrom(directory.path, url), 'migration_failed')
    await expectCode(migrateFrom(directory.path, url), 'migration_failed')
    await directory.write('1_bad', GOOD)
    expect(await migrateFrom(directory.path, url)).toEqual({ applied: ['1_bad'] })
    expect(await tables()).toEqual(['_prisma_migrations', 'a', 'b'])
    expect(await ledger()).toMatchObject([
      { finished: false, rolled_back: true },
      { finished: false, rolled_back: true },
      { finished: true, rolled_back: false },
    ])
    expect(await statusOf(url, directory.path)).toMatchObject({ applied: ['1_bad'], failed: [] })
  })

  test('is not tried again over an attempt that Prisma made, until that is marked as rolled back', async () => {
    await using directory = await makeMigrationsDirectory({ '1_a': 'create table a ()' })
    await using empty = await makeMigrationsDirectory({})
    await migrateFrom(empty.path, url)
    await query(`insert into rindle._prisma_migrations (id, checksum, migration_name, logs)
      values ('x', 'x', '1_a', 'ERROR: out of luck')`)
    const error = await expectCode(migrateFrom(directory.path, url), 'migration_failed')
    expect(error.message).toContain('out of luck')
    const remedy = /update rindle\._prisma_migrations .* finished_at is null/.exec(error.message)?.[0] ?? 'no remedy'
    await query(remedy)
    expect(await migrateFrom(directory.path, url)).toEqual({ applied: ['1_a'] })
  })
})

describe('a statement that no transaction may hold', () => {
  const CONCURRENT = 'create index concurrently a_id on a (id)'

  test('is applied outside of one', async () => {
    await using directory = await makeMigrationsDirectory({ '1_a': 'create table a (id int)', '2_index': CONCURRENT })
    expect(await migrateFrom(directory.path, url)).toEqual({ applied: ['1_a', '2_index'] })
    expect(await query("select 1 as there from pg_indexes where indexname = 'a_id'")).toEqual([{ there: 1 }])
    expect(await ledger()).toMatchObject([{ finished: true }, { finished: true, applied_steps_count: 1 }])
  })

  test('when it fails it says that parts may remain, and is not tried again by itself', async () => {
    await using directory = await makeMigrationsDirectory({
      '1_a': 'create table a (id int); insert into a values (1), (1)',
      '2_index': 'create unique index concurrently a_id on a (id)',
    })
    const error = await expectCode(migrateFrom(directory.path, url), 'migration_failed')
    expect(error.message).toContain('parts of it may remain')
    const again = await expectCode(migrateFrom(directory.path, url), 'migration_failed')
    expect(again.message).toContain('begun earlier and not finished')
  })
})

describe('what stands in the way', () => {
  test('a migration that was edited after it was applied', async () => {
    await using directory = await makeMigrationsDirectory({ '1_a': 'create table a ()' })
    await migrateFrom(directory.path, url)
    await directory.write('1_a', 'create table a (id int)')
    await directory.write('2_b', 'create table b ()')
    const error = await expectCode(migrateFrom(directory.path, url), 'migration_edited')
    expect(error.message).toContain('1_a')
    expect(await tables()).not.toContain('b')
  })

  test('other line endings are not an edit', async () => {
    await using directory = await makeMigrationsDirectory({ '1_a': 'create table a ();\nselect 1;\n' })
    await migrateFrom(directory.path, url)
    await directory.write('1_a', 'create table a ();\r\nselect 1;\r\n')
    expect(await migrateFrom(directory.path, url)).toEqual({ applied: [] })
  })

  test('a database that is newer than the code', async () => {
    await using directory = await makeMigrationsDirectory({ '1_a': 'create table a ()', '2_b': 'create table b ()' })
    await migrateFrom(directory.path, url)
    await directory.remove('2_b')
    await directory.write('3_c', 'create table c ()')
    const error = await expectCode(migrateFrom(directory.path, url), 'migration_unknown')
    expect(error.message).toContain('2_b')
    expect(await tables()).not.toContain('c')
  })

  test('a server that is not there; the message has its address and no password', async () => {
    const error = await expectCode(migrate('postgres://user:hunter2@127.0.0.1:1/shop'), 'database_unreachable')
    expect(error.message).toContain('127.0.0.1:1, database "shop"')
    expect(error.message).toContain('ECONNREFUSED')
    expect(`${error.message}${error.stack}${JSON.stringify(error)}`).not.toContain('hunter2')
  })

  test('a server that is not there under a name with several addresses', async () => {
    const error = await expectCode(migrate('postgres://user@localhost:1/shop'), 'database_unreachable')
    expect(error.message).toContain('localhost:1, database "shop": ')
    expect(error.message).toContain('ECONNREFUSED')
  })

  test('a database that does not exist', async () => {
    const absent = new URL(url)
    absent.pathname = '/rindle_absent'
    expect((await expectCode(migrationStatus(absent.href), 'database_unreachable')).message).toContain('does not exist')
  })

  test('a pool without a server', async () => {
    const pool = new pg.Pool({ host: '127.0.0.1', port: 1 })
    await expectCode(migrate({ pool }), 'database_unreachable')
    await pool.end()
  })

  test('something that is no PostgreSQL URL; it is not repeated', async () => {
    await expect(migrate('file:hunter2')).rejects.toThrow(/^(?!.*hunter2).*not a PostgreSQL URL(?!.*hunter2)/)
  })

  test('a server that is too old', () => {
    expect(() => assertSupported(130_014)).toThrow(
      expect.objectContaining({ code: 'database_unsupported', message: expect.stringContaining('PostgreSQL 13') }),
    )
    expect(() => assertSupported(140_000)).not.toThrow()
  })

  test('another process that migrates for longer than one wants to wait', async () => {
    const other = new pg.Client({ connectionString: url })
    await other.connect()
    await other.query('select pg_advisory_lock(72707369)')
    const error = await expectCode(migrate(url, { lockTimeoutMs: 50 }), 'migration_locked')
    expect(error.message).toContain('50 ms')
    expect(await query("select 1 from pg_namespace where nspname = 'rindle'")).toEqual([])
    await other.end()
    expect((await migrate(url)).applied).not.toEqual([])
  })

  test('a session that holds a table that is to be altered; nothing is recorded and it may be tried again', async () => {
    await using directory = await makeMigrationsDirectory({ '1_a': 'create table a (id int)' })
    await migrateFrom(directory.path, url)
    await directory.write('2_alter', 'alter table a add column b int')
    const database = openDatabase(url)
    await database.transaction(async (tx) => {
      await tx.executeSql('lock table rindle.a in share mode')
      const error = await expectCode(migrateFrom(directory.path, url, { lockTimeoutMs: 50 }), 'migration_locked')
      expect(error.message).toContain('2_alter')
    })
    await database.close()
    expect(await ledger()).toHaveLength(1)
    expect(await migrateFrom(directory.path, url)).toEqual({ applied: ['2_alter'] })
  })
})

test('the one who waits for the lock finds nothing left to do', async () => {
  const shipped = await readMigrations(MIGRATIONS_DIRECTORY)
  const results = await Promise.all([migrate(url), migrate(url), migrate(url)])
  expect(results.map(({ applied }) => applied.length).toSorted((a, b) => a - b)).toEqual([0, 0, shipped.length])
})
