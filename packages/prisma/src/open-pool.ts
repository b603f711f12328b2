import pg from 'pg'

/** A pool over a URL. Connects on the first statement. */
export function openPool(connectionString: string, maxConnections: number): pg.Pool {
  assertPostgresUrl(connectionString)
  const options = {
    connectionString,
    max: maxConnections,
    connectionTimeoutMillis: 30_000,
    keepAlive: true,
    fallback_application_name: 'rindle',
    onConnect: useUtc,
  }
  return new pg.Pool(options)
}

/**
 * adapter-pg writes times without an offset and cuts off the one it reads, which is right in UTC only. A statement and
 * not a start-up parameter, because poolers such as PgBouncer refuse unknown parameters. The pool waits for it.
 */
async function useUtc(client: pg.ClientBase): Promise<void> {
  await client.query("set time zone 'UTC'")
}

/** Throws an Error that does not hold the URL, which may hold a password. */
export function assertPostgresUrl(connectionString: string): void {
  const protocol = URL.parse(connectionString)?.protocol
  if (protocol === 'postgres:' || protocol === 'postgresql:') return
  throw new Error('The database URL is not a PostgreSQL URL. Give one like postgres://user@host:5432/database.')
}
