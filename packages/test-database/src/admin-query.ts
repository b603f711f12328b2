import pg from 'pg'

/** Runs statements on one connection, in order. */
export type AdminQuery = (sql: string) => Promise<readonly Record<string, unknown>[]>

/** Opens a connection for the time of `work`. */
export async function withAdmin<Result>(url: string, work: (query: AdminQuery) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    return await work(async (sql) => (await client.query<Record<string, unknown>>(sql)).rows)
  } finally {
    await client.end()
  }
}

/** The database name in a URL. */
export function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1))
}

/** The URL of another database on the same server, with the same user. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${encodeURIComponent(database)}`
  return changed.href
}
