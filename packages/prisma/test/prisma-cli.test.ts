import { migrate, migrationStatus } from '@rindle/prisma'
import { createTestDatabase } from '@rindle/test-database'
import { describe, expect, test } from 'vitest'
import { migrateFrom } from '../src/migrate.ts'
import { statusOf } from '../src/migration-status.ts'
import { makeMigrationsDirectory } from './migrations-directory.ts'
import { execute, FROM_DATABASE, IN_SYNC, NO_DRIFT } from './prisma-answers.ts'
import { makePrismaProject, prismaOfRindle } from './prisma-project.ts'
import { usePrismaDatabase } from './use-prisma-database.ts'

const database = usePrismaDatabase()

describe('Prisma agrees with the runner', () => {
  test('after the runner: nothing to apply, no drift from the schema', async () => {
    await migrate(database.url)
    const prisma = prismaOfRindle(database.rindleUrl)
    expect(await prisma('migrate', 'status')).toMatchObject(IN_SYNC)
    expect(await prisma('migrate', 'deploy')).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('No pending migrations to apply'),
    })
    expect(await prisma(...FROM_DATABASE)).toMatchObject(NO_DRIFT)
  })

  test('after `prisma migrate deploy`: the runner has nothing to do, and the databases are the same', async () => {
    const prisma = prismaOfRindle(database.rindleUrl)
    const pending = await prisma('migrate', 'status')
    expect(pending).toMatchObject({ exitCode: 1, output: expect.stringContaining('not yet been applied') })
    expect((await prisma('migrate', 'deploy')).exitCode).toBe(0)
    expect(await migrationStatus(database.url)).toMatchObject({ pending: [], failed: [], edited: [], unknown: [] })
    expect(await migrate(database.url)).toEqual({ applied: [] })
    expect(await prisma(...FROM_DATABASE)).toMatchObject(NO_DRIFT)
    const byPrisma = await ledgerColumns(database.url)

    await using own = await createTestDatabase({ migrated: false })
    await migrate(own.url)
    expect(await ledgerColumns(own.url)).toEqual(byPrisma)
  })

  test('drift that there is, it finds', async () => {
    await migrate(database.url)
    await execute(database.url, 'drop index rindle.media_attachments_asset_id_idx')
    const drift = await prismaOfRindle(database.rindleUrl)(...FROM_DATABASE)
    expect(drift).toMatchObject({ exitCode: 2, output: expect.stringContaining('media_attachments') })
  })

  test('a failure that the runner recorded, it reports and can resolve', async () => {
    await using migrations = await makeMigrationsDirectory({ '1_bad': 'select 1 / 0' })
    await using project = await makePrismaProject({
      url: database.rindleUrl,
      models: '',
      migrationsDirectory: migrations.path,
    })
    await migrateFrom(migrations.path, database.url).catch(() => undefined)
    expect((await project.prisma('migrate', 'status')).output).toContain('1_bad')
    const resolved = await project.prisma('migrate', 'resolve', '--rolled-back', '1_bad')
    expect(resolved.exitCode).toBe(0)
    expect(await statusOf(database.url, migrations.path)).toMatchObject({ pending: ['1_bad'], failed: [] })
  })

  test('a failure of Prisma, the runner reports with what the database said', async () => {
    await using migrations = await makeMigrationsDirectory({ '1_bad': 'create table half (); select 1 / 0' })
    await using project = await makePrismaProject({
      url: database.rindleUrl,
      models: '',
      migrationsDirectory: migrations.path,
    })
    const deployed = await project.prisma('migrate', 'deploy')
    expect(deployed).toMatchObject({ exitCode: 1, output: expect.stringContaining('division by zero') })
    expect(await statusOf(database.url, migrations.path)).toMatchObject({ failed: ['1_bad'] })
    await expect(migrateFrom(migrations.path, database.url)).rejects.toThrow(/1_bad.*division by zero/s)
  })
})

/** The ledger table in its original form, whoever created it. */
function ledgerColumns(url: string): Promise<Record<string, unknown>[]> {
  return execute(
    url,
    `select column_name, data_type, character_maximum_length, is_nullable, column_default
    from information_schema.columns where table_schema = 'rindle' and table_name = '_prisma_migrations'
    order by ordinal_position`,
  )
}
