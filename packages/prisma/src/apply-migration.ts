import type { MigrationClient } from './migration-connection.ts'
import { MigrationError } from './migration-error.ts'
import type { Migration } from './migration-files.ts'
import { recordFailure, recordFinish, recordStart } from './migration-ledger.ts'
import { isLockTimeout } from './migration-lock.ts'
import { sqlStateOf } from './sql-state.ts'

/**
 * Applies one migration and writes it into the ledger, both in one transaction: a process that dies in the middle
 * leaves nothing. A failure is rolled back and then recorded.
 */
export async function applyMigration(client: MigrationClient, migration: Migration): Promise<void> {
  try {
    await client.query('begin')
    const id = await recordStart(client, migration)
    await client.query(migration.sql)
    await recordFinish(client, id)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    if (isLockTimeout(error)) throw tableLocked(migration, error)
    if (refusesTransaction(error)) return applyWithoutTransaction(client, migration)
    await recordFailure(client, await recordStart(client, migration), messageOf(error), true)
    throw failed(migration, error, 'Nothing of it was kept. Fix the cause and run the migration again.')
  }
}

/** Applies a migration with statements such as CREATE INDEX CONCURRENTLY, as Prisma applies every migration. */
async function applyWithoutTransaction(client: MigrationClient, migration: Migration): Promise<void> {
  const id = await recordStart(client, migration)
  try {
    await client.query(migration.sql)
  } catch (error) {
    await recordFailure(client, id, messageOf(error), false)
    throw failed(migration, error, whatToDoAboutRemains(migration.name))
  }
  await recordFinish(client, id)
}

/** What to do about a failed attempt that may have left parts. */
export function whatToDoAboutRemains(name: string): string {
  return (
    'It cannot run in a transaction, or Prisma ran it, so parts of it may remain. Undo those by hand, then mark the ' +
    `attempt: update rindle._prisma_migrations set rolled_back_at = now() where migration_name = '${name}' and ` +
    `finished_at is null (or: prisma migrate resolve --rolled-back ${name}). Then run the migration again.`
  )
}

/** active_sql_transaction: the statement cannot run inside a transaction block. */
function refusesTransaction(error: unknown): boolean {
  return sqlStateOf(error) === '25001'
}

function tableLocked(migration: Migration, cause: unknown): MigrationError {
  return new MigrationError(
    'migration_locked',
    `Migration ${migration.name} waited too long for a table that another session uses. Nothing of it was kept. ` +
      'Run it again when the database is quieter, or with a longer lockTimeoutMs.',
    { cause },
  )
}

function failed(migration: Migration, cause: unknown, whatToDo: string): MigrationError {
  return new MigrationError(
    'migration_failed',
    `Migration ${migration.name} failed. The database says: ${messageOf(cause)}. ${whatToDo}`,
    { cause },
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
