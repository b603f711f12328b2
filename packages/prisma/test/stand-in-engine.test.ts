import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { makeMigrationsDirectory } from './migrations-directory.ts'
import { execute, expectApplied, FROM_MIGRATIONS } from './prisma-answers.ts'
import { makePrismaProject, prismaOfRindle } from './prisma-project.ts'

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

describe('the engine that stands in for the downloaded one', () => {
  test('leaves no shadow database behind', async () => {
    await migrate(url)
    await prismaOfRindle(rindleUrl)(...FROM_MIGRATIONS)
    expect(await execute(url, "select datname from pg_database where datname like 'prisma_migrate_shadow%'")).toEqual(
      [],
    )
  })

  test('uses the shadow database that it is given', async () => {
    await using shadow = await createTestDatabase({ migrated: false })
    await using project = await makePrismaProject({ url, shadowUrl: shadow.url, models: 'model A {\n  id Int @id\n}' })
    expectApplied(await project.prisma('migrate', 'dev', '--name', 'init'))
    expect(await execute(url, 'select to_regclass(\'public."A"\') is not null as made')).toEqual([{ made: true }])
    expect(await project.prisma('migrate', 'dev')).toMatchObject({ exitCode: 0 })
  })

  test('applies scripts with semicolons inside of functions and strings', async () => {
    const sql = "create function f() returns text language plpgsql as $$ begin return ';'; end $$; select f();"
    await using migrations = await makeMigrationsDirectory({ '1_function': sql })
    await using project = await makePrismaProject({ url, models: '', migrationsDirectory: migrations.path })
    expect((await project.prisma('migrate', 'deploy')).exitCode).toBe(0)
    expect(await execute(url, 'select f()')).toEqual([{ f: ';' }])
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
    await execute(url, `drop database "${absent.pathname.slice(1)}" with (force)`)
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
