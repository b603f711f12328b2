import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate, migrationStatus } from '@rindle/prisma'
import { describe, expect, test } from 'vitest'
import { expectApplied, FROM_DATABASE, IN_SYNC, NO_DRIFT } from './prisma-answers.ts'
import { makePrismaProject, prismaOfRindle } from './prisma-project.ts'
import { usePrismaDatabase } from './use-prisma-database.ts'

const database = usePrismaDatabase()

describe('an application with its own Prisma schema in the same database', () => {
  const USER = 'model User {\n  id Int @id\n  name String\n}'
  const USER_WITH_EMAIL = 'model User {\n  id Int @id\n  name String\n  email String?\n}'

  test('develops it with `migrate dev` as if Rindle were not there, and Rindle sees nothing of it', async () => {
    await migrate(database.url)
    await using project = await makePrismaProject({ url: database.url, models: USER })
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

    const prisma = prismaOfRindle(database.rindleUrl)
    expect(await prisma('migrate', 'status')).toMatchObject(IN_SYNC)
    expect(await prisma(...FROM_DATABASE)).toMatchObject(NO_DRIFT)
    expect(await migrationStatus(database.url)).toMatchObject({ pending: [], unknown: [] })
  })

  test('installs Rindle later without a trace in its own status', async () => {
    await using project = await makePrismaProject({ url: database.url, models: USER })
    expectApplied(await project.prisma('migrate', 'dev', '--name', 'init'))
    await migrate(database.url)
    expect(await project.prisma('migrate', 'status')).toMatchObject(IN_SYNC)
    expect(await project.prisma('migrate', 'dev')).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('Already in sync'),
    })
  })
})

async function allMigrations(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter(({ name }) => name === 'migration.sql')
  return (await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')))).join('\n')
}
