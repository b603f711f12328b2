import type { MigrationClient } from './migration-connection.ts'
import { MigrationError } from './migration-error.ts'
import { sqlStateOf } from './sql-state.ts'

/** The advisory lock that Prisma Migrate takes, so that neither runs while the other does. */
const PRISMA_MIGRATE_LOCK = 72_707_369

/**
 * Waits for the lock of everyone who migrates this database. It is held until the connection closes. The limit also
 * applies to every lock that the session waits for afterwards.
 */
export async function takeMigrationLock(client: MigrationClient, lockTimeoutMs: number): Promise<void> {
  await client.query("select set_config('lock_timeout', $1, false)", [`${lockTimeoutMs}ms`])
  try {
    await client.query('select pg_advisory_lock($1)', [PRISMA_MIGRATE_LOCK])
  } catch (error) {
    if (!isLockTimeout(error)) throw error
    throw new MigrationError(
      'migration_locked',
      `Another process has been migrating this database for more than ${lockTimeoutMs} ms. Wait for it and run again. ` +
        `If there is none, find who holds the lock: select pid from pg_locks where locktype = 'advisory' and objid = ${PRISMA_MIGRATE_LOCK}.`,
      { cause: error },
    )
  }
}

export function isLockTimeout(error: unknown): boolean {
  return sqlStateOf(error) === '55P03'
}
