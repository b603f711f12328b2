import pg from 'pg'
import type { PgPool, PgPoolClient } from './database.ts'

/** A connection that only listens. */
export interface ListenConnection {
  readonly client: Pick<PgPoolClient, 'query' | 'on'>
  close(): Promise<void>
}

export async function dedicatedConnection(connectionString: string): Promise<ListenConnection> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: 30_000,
    keepAlive: true,
    // Without probes a connection that a firewall dropped stays silent for hours.
    keepAliveInitialDelayMillis: 10_000,
    fallback_application_name: 'rindle listen',
  })
  // Its loss shows as `end`; an `error` without a listener would end the process.
  client.on('error', () => undefined)
  await client.connect()
  return { client, close: () => client.end() }
}

/** Keeps one connection of the application's pool for as long as it listens. */
export async function pooledConnection(pool: PgPool): Promise<ListenConnection> {
  const client = await pool.connect()
  client.on('error', () => undefined)
  return { client, close: async () => client.release(true) }
}
