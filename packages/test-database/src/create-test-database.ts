import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { withAdmin, withDatabase } from './admin-query.ts'
import './test-server.ts'

/** What a test database holds when it is handed out. */
export interface TestDatabaseOptions {
  /** Rindle's tables and pg-boss's, empty; `false` gives an empty database. @default true */
  readonly migrated?: boolean
}

/** A database that belongs to one test file. */
export interface TestDatabase {
  /** A connection URL of a user who may do anything in it. */
  readonly url: string
  /** Disconnects everybody and drops the database. Safe to call twice. */
  drop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Creates a database on the server of this test run, which vitest's global setup of this package provides. What is not
 * dropped goes at the end of the run.
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { migrated: isMigrated = true } = options
  const server = inject('rindleTestServer')
  // Loaded on demand: tests without tables work while the tables' package does not.
  if (isMigrated) await (await import('./ensure-template.ts')).ensureTemplate(server)
  const name = `${server.namePrefix}${randomUUID().replaceAll('-', '')}`
  const source = isMigrated ? server.template : 'template0'
  await withAdmin(server.adminUrl, (query) => query(`create database "${name}" template "${source}"`))
  const drop = async (): Promise<void> => {
    await withAdmin(server.adminUrl, (query) => query(`drop database if exists "${name}" with (force)`))
  }
  return { url: withDatabase(server.adminUrl, name), drop, [Symbol.asyncDispose]: drop }
}
