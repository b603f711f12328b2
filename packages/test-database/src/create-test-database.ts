import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { type AdminQuery, databaseOf, withAdmin, withDatabase } from './admin-query.ts'
import { type TestServer, testServer } from './test-server.ts'

const LOOKS = 20
const LOOK_MS = 25

/** The contents of a new test database. */
export interface TestDatabaseOptions {
  /** Rindle's tables and pg-boss's, empty; `false` gives an empty database. @default true */
  readonly migrated?: boolean
  /** A database to copy instead: its files are copied, so nobody may be connected to it. */
  readonly copyOf?: TestDatabase
}

/** A database that belongs to one test file. */
export interface TestDatabase {
  /** A connection URL of a user who may do anything in it. */
  readonly url: string
  /** Disconnects all clients and drops the database. Safe to call twice. */
  drop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Creates a database on the server of this test run, which vitest's global setup of this package provides. The end of
 * the run drops the database if nobody did.
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { migrated: isMigrated = true, copyOf } = options
  const server = await testServer()
  const name = `${server.namePrefix}${randomUUID().replaceAll('-', '')}`
  const query = adminOf(server)
  if (copyOf !== undefined) await clone(query, server, databaseOf(copyOf.url), name)
  else if (isMigrated) await cloneTemplate(query, server, name)
  else await query(`create database "${name}" template template0`)
  const drop = async (): Promise<void> => {
    await untilLeft(query, name)
    await query(`drop database if exists "${name}" with (force)`)
  }
  return { url: withDatabase(server.adminUrl, name), drop, [Symbol.asyncDispose]: drop }
}

let admins: pg.Pool | undefined
let templateMade: Promise<void> | undefined

/** Runs statements on connections that stay for the next database: a process makes hundreds of databases. */
function adminOf({ adminUrl }: TestServer): AdminQuery {
  if (admins === undefined) {
    admins = new pg.Pool({ connectionString: adminUrl, max: 4, allowExitOnIdle: true })
    // The run has ended its server. The pool has forgotten the connection, and whoever asks next is told.
    admins.on('error', () => {})
  }
  const pool = admins
  return async (sql) => (await pool.query<Record<string, unknown>>(sql)).rows
}

/**
 * Waits until nobody is connected, which takes as long as closing connections does. A pool ends before its connections
 * have ended: a connection that is cut off then emits an error without a listener, and that would end the process.
 */
async function untilLeft(query: AdminQuery, name: string): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const connected = await query(`select 1 from pg_stat_activity where datname = '${name}' limit 1`)
    if (connected.length === 0) return
    await delay(LOOK_MS)
  }
}

async function cloneTemplate(query: AdminQuery, server: TestServer, name: string): Promise<void> {
  templateMade ??= makeTemplate(server)
  await templateMade
  await clone(query, server, server.template, name)
}

async function makeTemplate(server: TestServer): Promise<void> {
  // Loaded on demand: an empty database is available even while the package that creates the tables is broken.
  const { ensureTemplate } = await import('./ensure-template.ts')
  // On a connection of its own, whose end gives up its lock.
  await withAdmin(server.adminUrl, (query) => ensureTemplate(query, server))
}

async function clone(query: AdminQuery, server: TestServer, template: string, name: string): Promise<void> {
  const strategy = server.clonesByFileCopy ? 'strategy file_copy' : ''
  await query(`create database "${name}" template "${template}" ${strategy}`)
}
