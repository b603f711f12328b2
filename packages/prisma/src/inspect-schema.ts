import { compareLedger, type MigrationStatus } from './compare-ledger.ts'
import type { Database } from './database.ts'
import { MIGRATIONS_DIRECTORY, type Migration, readMigrations } from './migration-files.ts'
import { readLedger } from './migration-ledger.ts'
import { type SchemaDrift, schemaDrift } from './schema-drift.ts'
import { sqlStateOf } from './sql-state.ts'

/** The result of {@link inspectSchema}. */
export interface SchemaReport {
  readonly migrations: MigrationStatus
  /**
   * Where the schema differs from the applied migrations; `null` if the user may not create temporary tables, which the
   * comparison needs.
   */
  readonly drift: SchemaDrift | null
}

/**
 * Compares schema `rindle` with the migrations of this package version: the ledger, and tables, columns, constraints
 * and indexes with those that the applied migrations create. For that it creates them as temporary tables in a
 * transaction that is rolled back, so nothing is changed and nothing is locked.
 *
 * @throws the database's error.
 */
export async function inspectSchema(database: Database): Promise<SchemaReport> {
  const all = await readMigrations(MIGRATIONS_DIRECTORY)
  const ledger = await readLedger({ query: (text) => database.executeSql(text) })
  const migrations = compareLedger(all, ledger)
  const applied = all.filter(({ name }) => migrations.applied.includes(name))
  return { migrations, drift: await driftOf(database, applied) }
}

async function driftOf(database: Database, applied: readonly Migration[]): Promise<SchemaDrift | null> {
  try {
    return await schemaDrift(database, applied)
  } catch (error) {
    // insufficient_privilege
    if (sqlStateOf(error) === '42501') return null
    throw error
  }
}
