import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate, migrationStatus, openDatabase } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { migrateFrom } from '../src/migrate.ts'
import { statusOf } from '../src/migration-status.ts'
import { makeMigrationsDirectory } from './migrations-directory.ts'
import { makePrismaProject, type PrismaRun, prismaOfRindle } from './prisma-project.ts'

// Each run of the CLI starts two processes.
vi.setConfig({ testTimeout: 180_000 })

let testDatabase: TestDatabase
let url: string
let rindleUrl: string

beforeEach(async () => {
  testDatabase = await createTestDatabase({ migrated: false })
  url = testDatabase.url
  rindleUrl = `${url}?schema=rindle`
})

afterEach(() => testDatabase.drop())

async function execute(sql: string): Promise<Record<string, unknown>[]> {
  const database = openDatabase(url)
  const { rows } = await database.executeSql(sql)
  await database.close()
  return rows
}

const IN_SYNC = { exitCode: 0, output: expect.stringContaining('Database schema is up to date!') }
const NO_DRIFT = { exitCode: 0, output: expect.stringContaining('No difference detected') }
const FROM_DATABASE = ['migrate', 'diff', '--from-config-datasource', '--to-schema', 'schema.prisma', '--exit-code']
const FROM_MIGRATIONS = ['migrate', 'diff', '--from-migrations', 'migrations', '--to-config-datasource', '--exit-code']

describe('Prisma agrees with the runner', () => {
  test('after the runner: nothing to apply, no drift from the schema nor from the migrations', async () => {
    await migrate(url)
    const prisma = prismaOfRindle(rindleUrl)
    expect(await prisma('migrate', 'status')).toMatchObject(IN_SYNC)
    expect(await prisma('migrate', 'deploy')).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('No pending migrations to apply'),
    })
    expect(await prisma(...FROM_DATABASE)).toMatchObject(NO_DRIFT)
    expect(await prisma(...FROM_MIGRATIONS)).toMatchObject(NO_DRIFT)
  })

  test('after `prisma migrate deploy`: the runner has nothing to do, and the databases are the same', async () => {
    const prisma = prismaOfRindle(rindleUrl)
    const pending = await prisma('migrate', 'status')
    expect(pending).toMatchObject({ exitCode: 1, output: expect.stringContaining('not yet been applied') })
    expect((await prisma('migrate', 'deploy')).exitCode).toBe(0)
    expect(await migrationStatus(url)).toMatchObject({ pending: [], failed: [], edited: [], unknown: [] })
    expect(await migrate(url)).toEqual({ applied: [] })
    expect(await prisma(...FROM_DATABASE)).toMatchObject(NO_DRIFT)
    const byPrisma = await ledgerColumns()

    await using own = await createTestDatabase({ migrated: false })
    await migrate(own.url)
    url = own.url
    expect(await ledgerColumns()).toEqual(byPrisma)
  })

  test('drift that there is, it finds', async () => {
    await migrate(url)
    await execute('drop index rindle.media_attachments_asset_id_idx')
    const drift = await prismaOfRindle(rindleUrl)(...FROM_DATABASE)
    expect(drift).toMatchObject({ exitCode: 2, output: expect.stringContaining('media_attachments') })
  })

  test('a failure that the runner recorded, it reports and can resolve', async () => {
    await using migrations = await makeMigrationsDirectory({ '1_bad': 'select 1 / 0' })
    await using project = await makePrismaProject({ url: rindleUrl, models: '', migrationsDirectory: migrations.path })
    await migrateFrom(migrations.path, url).catch(() => undefined)
    expect((await project.prisma('migrate', 'status')).output).toContain('1_bad')
    const resolved = await project.prisma('migrate', 'resolve', '--rolled-back', '1_bad')
    expect(resolved.exitCode).toBe(0)
    expect(await statusOf(url, migrations.path)).toMatchObject({ pending: ['1_bad'], failed: [] })
  })

  test('a failure of Prisma, the runner reports with what the database said', async () => {
    await using migrations = await makeMigrationsDirectory({ '1_bad': 'create table half (); select 1 / 0' })
    await using project = await makePrismaProject({ url: rindleUrl, models: '', migrationsDirectory: migrations.path })
    const deployed = await project.prisma('migrate', 'deploy')
    expect(deployed).toMatchObject({ exitCode: 1, output: expect.stringContaining('division by zero') })
    expect(await statusOf(url, migrations.path)).toMatchObject({ failed: ['1_bad'] })
    await expect(migrateFrom(migrations.path, url)).rejects.toThrow(/1_bad.*division by zero/s)
  })
})

/** The ledger as it was made, whoever made it. */
function ledgerColumns(): Promise<Record<string, unknown>[]> {
  return execute(`select column_name, data_type, character_maximum_length, is_nullable, column_default
    from information_schema.columns where table_schema = 'rindle' and table_name = '_prisma_migrations'
    order by ordinal_position`)
}

describe('an application with its own Prisma schema in the same database', () => {
  const USER = 'model User {\n  id Int @id\n  name String\n}'
  const USER_WITH_EMAIL = 'model User {\n  id Int @id\n  name String\n  email String?\n}'

  test('develops it with `migrate dev` as if Rindle were not there, and Rindle sees nothing of it', async () => {
    await migrate(url)
    await using project = await makePrismaProject({ url, models: USER })
    expectApplied(await project.prisma('migrate', 'dev', '--name', 'init'))
    await project.writeSchema(USER_WITH_EMAIL)
    expectApplied(await project.prisma('migrate', 'dev', '--name', 'email'))

    expect(await project.prisma('migrate', 'dev')).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('Already in sync'),
    })
    expect(await project.prisma('migrate', 'status')).toMatchObject(IN_SYNC)
    expect(await project.prisma(...FROM_DATABASE)).toMatchObject(NO_DRIFT)
    const sql = await allMigrations(join(project.directory, 'migrations'))
    expect(sql).toContain('ADD COLUMN     "email"')
    expect(sql).not.toMatch(/media_|rindle/)

    const prisma = prismaOfRindle(rindleUrl)
    expect(await prisma('migrate', 'status')).toMatchObject(IN_SYNC)
    expect(await prisma(...FROM_DATABASE)).toMatchObject(NO_DRIFT)
    expect(await migrationStatus(url)).toMatchObject({ pending: [], unknown: [] })
  })

  test('installs Rindle later without a trace in its own status', async () => {
    await using project = await makePrismaProject({ url, models: USER })
    expectApplied(await project.prisma('migrate', 'dev', '--name', 'init'))
    await migrate(url)
    expect(await project.prisma('migrate', 'status')).toMatchObject(IN_SYNC)
    expect(await project.prisma('migrate', 'dev')).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('Already in sync'),
    })
  })
})

function expectApplied(run: PrismaRun): void {
  expect(run).toMatchObject({ exitCode: 0, output: expect.stringContaining('Your database is now in sync') })
}

async function allMigrations(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter(({ name }) => name === 'migration.sql')
  return (await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')))).join('\n')
}

describe('the engine that stands in for the downloaded one', () => {
  test('leaves no shadow database behind', async () => {
    await migrate(url)
    await prismaOfRindle(rindleUrl)(...FROM_MIGRATIONS)
    expect(await execute("select datname from pg_database where datname like 'prisma_migrate_shadow%'")).toEqual([])
  })

  test('uses the shadow database that it is given', async () => {
    await using shadow = await createTestDatabase({ migrated: false })
    await using project = await makePrismaProject({ url, shadowUrl: shadow.url, models: 'model A {\n  id Int @id\n}' })
    expectApplied(await project.prisma('migrate', 'dev', '--name', 'init'))
    expect(await execute('select to_regclass(\'public."A"\') is not null as made')).toEqual([{ made: true }])
    expect(await project.prisma('migrate', 'dev')).toMatchObject({ exitCode: 0 })
  })

  test('applies scripts with semicolons inside of functions and strings', async () => {
    const sql = "create function f() returns text language plpgsql as $$ begin return ';'; end $$; select f();"
    await using migrations = await makeMigrationsDirectory({ '1_function': sql })
    await using project = await makePrismaProject({ url, models: '', migrationsDirectory: migrations.path })
    expect((await project.prisma('migrate', 'deploy')).exitCode).toBe(0)
    expect(await execute('select f()')).toEqual([{ f: ';' }])
  })

  test('makes a database that does not exist, and generates and validates', async () => {
    const absent = new URL(url)
    absent.pathname = `${absent.pathname}_made`
    const models =
      'generator client {\n  provider = "prisma-client"\n  output = "./generated"\n}\nmodel A {\n  id Int @id\n}'
    await using project = await makePrismaProject({ url: absent.href, models })
    expectApplied(await project.prisma('migrate', 'dev', '--name', 'init'))
    expect((await project.prisma('validate')).exitCode).toBe(0)
    expect((await project.prisma('generate')).exitCode).toBe(0)
    expect(await readdir(join(project.directory, 'generated'))).toContain('client.ts')
    await execute(`drop database "${absent.pathname.slice(1)}" with (force)`)
  })

  test("says with Prisma's codes that the server is not there", async () => {
    await using project = await makePrismaProject({ url: 'postgres://u:hunter2@127.0.0.1:1/x', models: '' })
    const run = await project.prisma('migrate', 'deploy')
    expect(run).toMatchObject({ exitCode: 1, output: expect.stringContaining('P1001') })
    expect(run.output).not.toContain('hunter2')
  })

  test('reports a panic of the engine instead of ending in silence', async () => {
    await using project = await makePrismaProject({ url, models: '' })
    vi.stubEnv('FORCE_PANIC_SCHEMA_ENGINE', '1')
    const run = await project.prisma('migrate', 'status').finally(() => vi.unstubAllEnvs())
    expect(run.exitCode).not.toBe(0)
    expect(run.output).toContain('panicked')
  })
})
