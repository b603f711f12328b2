import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate, migrationStatus } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { expectApplied, FROM_DATABASE, IN_SYNC, NO_DRIFT } from './prisma-answers.ts'
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

async function allMigrations(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter(({ name }) => name === 'migration.sql')
  return (await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')))).join('\n')
}
