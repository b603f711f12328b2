import { applyMigration, whatToDoAboutRemains } from './apply-migration.ts'
import { compareLedger, type MigrationStatus } from './compare-ledger.ts'
import { type MigrationClient, type MigrationConnection, withMigrationClient } from './migration-connection.ts'
import { MigrationError } from './migration-error.ts'
import { MIGRATIONS_DIRECTORY, type Migration, readMigrations } from './migration-files.ts'
import { ensureLedger, type LedgerRow, readLedger, recordRollBack, wasRolledBackWhole } from './migration-ledger.ts'
import { takeMigrationLock } from './migration-lock.ts'

/** Options of {@link migrate}. */
export interface MigrateOptions {
  /**
   * How long to wait for another process that migrates, and for sessions that hold a table to be altered.
   * @default 60_000
   */
  readonly lockTimeoutMs?: number
}

/**
 * Brings a database to this package version: creates schema `rindle` if it is missing and applies pending migrations,
 * oldest first, each whole or not at all. Keeps Prisma's own ledger (in `rindle._prisma_migrations`) and takes its
 * advisory lock, so `prisma migrate` and this function may take turns. Safe to repeat, and to run in many processes at
 * once: the others wait, and find nothing to do.
 *
 * It needs a direct connection: a pooler in transaction mode cannot hold the lock.
 *
 * @returns the names of the migrations it applied.
 * @throws MigrationError `migration_failed`, `migration_edited`, `migration_locked`, `migration_unknown`,
 *   `database_unreachable`, `database_unsupported`.
 */
export async function migrate(
  connection: MigrationConnection,
  options: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  return migrateFrom(MIGRATIONS_DIRECTORY, connection, options)
}

/** `migrate` with the migrations of any directory. */
export async function migrateFrom(
  directory: string,
  connection: MigrationConnection,
  options: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(directory)
  return withMigrationClient(connection, async (client) => {
    // A role's statement_timeout is meant for requests, not for building an index.
    await client.query('set statement_timeout = 0')
    await takeMigrationLock(client, options.lockTimeoutMs ?? 60_000)
    await ensureLedger(client)
    return { applied: await applyPending(client, migrations) }
  })
}

async function applyPending(client: MigrationClient, migrations: readonly Migration[]): Promise<string[]> {
  const ledger = await readLedger(client)
  const failedAttempts = ledger.filter(wasRolledBackWhole)
  const standing = ledger.filter((row) => !wasRolledBackWhole(row))
  const status = compareLedger(migrations, standing)
  refuse(status, standing)
  for (const { id } of failedAttempts) await recordRollBack(client, id)
  // Prisma finds tables by the search path, and so do migrations that it generated.
  await client.query('set search_path to rindle')
  const pending = migrations.filter(({ name }) => status.pending.includes(name))
  for (const migration of pending) await applyMigration(client, migration)
  return pending.map(({ name }) => name)
}

/** Throws if continuing could only make matters worse. */
function refuse(status: MigrationStatus, ledger: readonly LedgerRow[]): void {
  const [unknown] = status.unknown
  if (unknown !== undefined) {
    throw new MigrationError(
      'migration_unknown',
      `The database has the migration ${unknown}, which this version of @rindle/prisma does not know: the database ` +
        'is newer than the code. Deploy the newer version, or restore the database to an older state.',
    )
  }
  const [failed] = status.failed
  if (failed !== undefined) {
    const logs = ledger.find((row) => row.name === failed && !row.isFinished)?.logs
    throw new MigrationError(
      'migration_failed',
      `Migration ${failed} was begun earlier and not finished` +
        `${logs ? `. The database said: ${logs.trim()}` : ' (it was interrupted)'}. ${whatToDoAboutRemains(failed)}`,
    )
  }
  const [edited] = status.edited
  if (edited !== undefined) {
    throw new MigrationError(
      'migration_edited',
      `Migration ${edited} was applied from a file with other contents than the installed one. Install ` +
        '@rindle/prisma again; if you changed the file, revert it and put the change into a migration of your own.',
    )
  }
}
