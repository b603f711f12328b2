import type { Database, DatabaseSource } from './database.ts'
import { assertPostgresUrl, openPool } from './open-pool.ts'
import { PoolDatabase } from './pool-database.ts'
import { PrismaDatabase } from './prisma-database.ts'
import { prepareSession } from './session-settings.ts'

/** Options of {@link openDatabase}. */
export interface OpenDatabaseOptions {
  /**
   * Most connections at once if opened from a URL or through a pooler; each `listen` takes one more.
   * @default 10
   */
  readonly maxConnections?: number
}

/**
 * Opens a database from a URL, through a pooler, or over the application's own `pg` pool or Prisma client. It does no I/O: the first
 * statement connects. The schema is `rindle`, whatever the URL's `?schema=` says.
 *
 * @throws Error if the URL cannot be parsed; the message never holds it.
 */
export function openDatabase(source: DatabaseSource, options: OpenDatabaseOptions = {}): Database {
  const maxConnections = options.maxConnections ?? 10
  if (typeof source === 'string') {
    const pool = openPool(source, { maxConnections, onConnect: prepareSession })
    return new PoolDatabase(pool, { connectionString: source, end: () => pool.end() })
  }
  if ('prisma' in source) return new PrismaDatabase(source.prisma)
  if ('pool' in source) return new PoolDatabase(source.pool, {})
  const { poolerUrl, directUrl } = source
  assertPostgresUrl(directUrl)
  // A setting that a session gets behind a pooler stays with the server's session, which others use next.
  const pool = openPool(poolerUrl, { maxConnections })
  return new PoolDatabase(pool, { connectionString: directUrl, poolerUrl, end: () => pool.end() })
}
