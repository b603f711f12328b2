import { openDatabase } from '@rindle/prisma'
import { expect } from 'vitest'
import type { PrismaRun } from './prisma-project.ts'

// Answers of the CLI, and its arguments.
export const IN_SYNC = { exitCode: 0, output: expect.stringContaining('Database schema is up to date!') as string }
export const NO_DRIFT = { exitCode: 0, output: expect.stringContaining('No difference detected') as string }
export const FROM_DATABASE = [
  'migrate',
  'diff',
  '--from-config-datasource',
  '--to-schema',
  'schema.prisma',
  '--exit-code',
]
export const FROM_MIGRATIONS = [
  'migrate',
  'diff',
  '--from-migrations',
  'migrations',
  '--to-config-datasource',
  '--exit-code',
]

/** Expects that `prisma migrate dev` has made a migration and applied it. */
export function expectApplied(run: PrismaRun): void {
  expect(run).toMatchObject({ exitCode: 0, output: expect.stringContaining('Your database is now in sync') })
}

/** Runs a statement on a connection of its own. */
export async function execute(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const database = openDatabase(url)
  const { rows } = await database.executeSql(sql)
  await database.close()
  return rows
}
