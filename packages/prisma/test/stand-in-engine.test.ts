import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate } from '@rindle/prisma'
import { createTestDatabase } from '@rindle/test-database'
import { describe, expect, test, vi } from 'vitest'
import { makeMigrationsDirectory } from './migrations-directory.ts'
import { execute, expectApplied, FROM_MIGRATIONS, NO_DRIFT } from './prisma-answers.ts'
import { makePrismaProject, prismaOfRindle } from './prisma-project.ts'
import { usePrismaDatabase } from './use-prisma-database.ts'

const database = usePrismaDatabase()

describe('the engine that stands in for the downloaded one', () => {
  test('finds no drift of the runner from the migrations, and leaves no shadow database behind', async () => {
    await migrate(database.url)
    expect(await prismaOfRindle(database.rindleUrl)(...FROM_MIGRATIONS)).toMatchObject(NO_DRIFT)
    const shadows = async (): Promise<readonly unknown[]> => {
      const named = "select datname from pg_database where datname like 'prisma_migrate_shadow%'"
      return (await execute(database.url, named)).map(({ datname }) => datname)
    }
    // Those of test files that run at the same time go when their commands end; one that was left behind stays.
    const seen = new Set(await shadows())
    await vi.waitFor(async () => expect((await shadows()).filter((name) => seen.has(name))).toEqual([]), {
      timeout: 60_000,
    })
  })

  test('uses the shadow database that it is given', async () => {
    await using shadow = await createTestDatabase({ migrated: false })
    await using project = await makePrismaProject({
      url: database.url,
      shadowUrl: shadow.url,
      models: 'model A {\n  id Int @id\n}',
    })
    expectApplied(await project.prisma('migrate', 'dev', '--name', 'init'))
    expect(await execute(database.url, 'select to_regclass(\'public."A"\') is not null as made')).toEqual([
      { made: true },
    ])
    expect(await project.prisma('migrate', 'dev')).toMatchObject({ exitCode: 0 })
  })

  test('applies scripts with semicolons inside of functions and strings', async () => {
    const sql = "create function f() returns text language plpgsql as $$ begin return ';'; end $$; select f();"
    await using migrations = await makeMigrationsDirectory({ '1_function': sql })
    await using project = await makePrismaProject({
      url: database.url,
      models: '',
      migrationsDirectory: migrations.path,
    })
    expect((await project.prisma('migrate', 'deploy')).exitCode).toBe(0)
    expect(await execute(database.url, 'select f()')).toEqual([{ f: ';' }])
  })

  test('makes a database that does not exist, and generates and validates', async () => {
    const absent = new URL(database.url)
    absent.pathname = `${absent.pathname}_made`
    const models =
      'generator client {\n  provider = "prisma-client"\n  output = "./generated"\n}\nmodel A {\n  id Int @id\n}'
    await using project = await makePrismaProject({ url: absent.href, models })
    expectApplied(await project.prisma('migrate', 'dev', '--name', 'init'))
    expect((await project.prisma('validate')).exitCode).toBe(0)
    expect((await project.prisma('generate')).exitCode).toBe(0)
    expect(await readdir(join(project.directory, 'generated'))).toContain('client.ts')
    await execute(database.url, `drop database "${absent.pathname.slice(1)}" with (force)`)
  })

  test("says with Prisma's codes that the server is not there", async () => {
    await using project = await makePrismaProject({ url: 'postgres://u:hunter2@127.0.0.1:1/x', models: '' })
    const run = await project.prisma('migrate', 'deploy')
    expect(run).toMatchObject({ exitCode: 1, output: expect.stringContaining('P1001') })
    expect(run.output).not.toContain('hunter2')
  })

  test('reports a panic of the engine instead of ending in silence', async () => {
    await using project = await makePrismaProject({ url: database.url, models: '' })
    vi.stubEnv('FORCE_PANIC_SCHEMA_ENGINE', '1')
    const run = await project.prisma('migrate', 'status').finally(() => vi.unstubAllEnvs())
    expect(run.exitCode).not.toBe(0)
    expect(run.output).toContain('panicked')
  })
})
