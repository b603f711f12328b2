import type { Database, DatabaseSource } from './database.ts'
import { openPool } from './open-pool.ts'
import { PoolDatabase } from './pool-database.ts'
import { PrismaDatabase } from './prisma-database.ts'

/** Options of {@link openDatabase}. */
export interface OpenDatabaseOptions {
  /**
   * Most connections at once if opened from a URL; each `listen` takes one more.
   * @default 10
   */
  readonly maxConnections?: number
}

/**
 * Opens a database from a URL, or over the application's own `pg` pool or Prisma client. It does no I/O: the first
 * statement connects. The schema is `rindle`, whatever the URL's `?schema=` says.
 *
 * @throws Error if the URL cannot be parsed; the message never holds it.
 */
export function openDatabase(source: DatabaseSource, options: OpenDatabaseOptions = {}): Database {
  if (typeof source !== 'string' && 'prisma' in source) return new PrismaDatabase(source.prisma)
  if (typeof source !== 'string') return new PoolDatabase(source.pool, {})
  const pool = openPool(source, options.maxConnections ?? 10)
  return new PoolDatabase(pool, { connectionString: source, end: () => pool.end() })
}
