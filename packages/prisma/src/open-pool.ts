import pg from 'pg'
import type { PgQueryable } from './sql-executor.ts'

interface OpenPoolOptions {
  readonly maxConnections: number
  /** Prepares each new connection; the pool waits for it. */
  readonly onConnect?: (client: PgQueryable) => Promise<void>
}

/**
 * How long a connection of a pool stays open without work. A new one costs a log-in and every statement prepared again,
 * and uploads come in bursts with pauses longer than the ten seconds that `pg` waits. An idle connection keeps no process
 * alive.
 */
const KEEP_IDLE = { idleTimeoutMillis: 60_000, allowExitOnIdle: true } as const

/** A pool over a URL. Connects on the first statement. */
export function openPool(connectionString: string, { maxConnections, onConnect }: OpenPoolOptions): pg.Pool {
  assertPostgresUrl(connectionString)
  const options = {
    connectionString,
    max: maxConnections,
    connectionTimeoutMillis: 30_000,
    keepAlive: true,
    ...KEEP_IDLE,
    fallback_application_name: 'rindle',
    ...(onConnect === undefined ? {} : { onConnect }),
  }
  return new pg.Pool(options)
}

/** Throws an Error without the URL, which may hold a password. */
export function assertPostgresUrl(connectionString: string): void {
  const protocol = URL.parse(connectionString)?.protocol
  if (protocol === 'postgres:' || protocol === 'postgresql:') return
  throw new Error('The database URL is not a PostgreSQL URL. Use one like postgres://user@host:5432/database.')
}
