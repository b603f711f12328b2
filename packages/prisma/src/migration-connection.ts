import pg from 'pg'
import type { PgPool, PgPoolClient } from './database.ts'
import { MigrationError } from './migration-error.ts'
import { assertPostgresUrl } from './open-pool.ts'
import { prepareSession } from './session-settings.ts'

/** A connection URL, or the application's pool, of which one connection is used and then closed. */
export type MigrationConnection = string | { readonly pool: PgPool }

/** The part of a connection that the runner needs. */
export type MigrationClient = Pick<PgPoolClient, 'query'>

const OLDEST_SUPPORTED = 14

/** Runs `work` on a separate connection, to a supported server, and closes the connection. */
export async function withMigrationClient<T>(
  connection: MigrationConnection,
  work: (client: MigrationClient) => Promise<T>,
): Promise<T> {
  const { client, close } =
    typeof connection === 'string' ? await connectTo(connection) : await takeFrom(connection.pool)
  try {
    const { rows } = await client.query("select current_setting('server_version_num') as version")
    assertSupported(Number(rows[0]?.version))
    await prepareSession(client)
    return await work(client)
  } finally {
    await close()
  }
}

/** @param versionNumber `server_version_num`, as in 140005. */
export function assertSupported(versionNumber: number): void {
  const major = Math.floor(versionNumber / 10_000)
  if (major >= OLDEST_SUPPORTED) return
  throw new MigrationError(
    'database_unsupported',
    `The server is PostgreSQL ${major}. Rindle needs PostgreSQL ${OLDEST_SUPPORTED} or newer: upgrade the server.`,
  )
}

interface OpenClient {
  client: MigrationClient
  close: () => Promise<void>
}

async function connectTo(connectionString: string): Promise<OpenClient> {
  assertPostgresUrl(connectionString)
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: 30_000,
    keepAlive: true,
    fallback_application_name: 'rindle migrate',
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    throw unreachable(`${client.host}:${client.port}, database "${client.database}"`, error)
  }
  return { client, close: () => client.end() }
}

async function takeFrom(pool: PgPool): Promise<OpenClient> {
  let client: PgPoolClient
  try {
    client = await pool.connect()
  } catch (error) {
    throw unreachable("the pool's server", error)
  }
  client.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => client.on('end', resolve))
  const close = async (): Promise<void> => {
    // Closed, not returned: the session has settings and a lock that the application must not inherit.
    client.release(true)
    // The server releases the lock while the session ends: a caller that is told "done" must find it free.
    await ended
  }
  return { client, close }
}

function unreachable(server: string, cause: unknown): MigrationError {
  return new MigrationError(
    'database_unreachable',
    `Cannot connect to PostgreSQL at ${server}: ${reasonOf(cause)}. Check that it runs, and the URL's host, ` +
      'database, user and password.',
    { cause },
  )
}

/** A refused connection to a name with two addresses is an AggregateError, which has a code but no message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.message !== '') return error.message
  return 'code' in error ? String(error.code) : error.name
}
