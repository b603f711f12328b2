import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { type AdminQuery, withAdmin, withDatabase } from './admin-query.ts'
import type { TestServer } from './test-server.ts'

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
  const name = `${server.namePrefix}${randomUUID().replaceAll('-', '')}`
  await withAdmin(server.adminUrl, async (query) => {
    if (isMigrated) await cloneTemplate(query, server, name)
    else await query(`create database "${name}" template template0`)
  })
  const drop = async (): Promise<void> => {
    await withAdmin(server.adminUrl, (query) => query(`drop database if exists "${name}" with (force)`))
  }
  return { url: withDatabase(server.adminUrl, name), drop, [Symbol.asyncDispose]: drop }
}

async function cloneTemplate(query: AdminQuery, server: TestServer, name: string): Promise<void> {
  // Loaded on demand: an empty database can be had while the package that makes the tables is broken.
  const { ensureTemplate } = await import('./ensure-template.ts')
  await ensureTemplate(query, server)
  const strategy = server.clonesByFileCopy ? 'strategy file_copy' : ''
  await query(`create database "${name}" template "${server.template}" ${strategy}`)
}
