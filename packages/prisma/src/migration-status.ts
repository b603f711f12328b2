import { compareLedger, type MigrationStatus } from './compare-ledger.ts'
import { type MigrationConnection, withMigrationClient } from './migration-connection.ts'
import { MIGRATIONS_DIRECTORY, readMigrations } from './migration-files.ts'
import { readLedger } from './migration-ledger.ts'

/**
 * Compares a database with the migrations of this package version. Changes nothing and waits for no lock.
 *
 * @throws MigrationError `database_unreachable`, `database_unsupported`.
 */
export async function migrationStatus(connection: MigrationConnection): Promise<MigrationStatus> {
  return statusOf(connection, MIGRATIONS_DIRECTORY)
}

/** `migrationStatus` against the migrations of any directory. */
export async function statusOf(connection: MigrationConnection, directory: string): Promise<MigrationStatus> {
  const migrations = await readMigrations(directory)
  return withMigrationClient(connection, async (client) => compareLedger(migrations, await readLedger(client)))
}
