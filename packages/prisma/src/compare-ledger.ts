import { hasChecksum, type Migration } from './migration-files.ts'
import type { LedgerRow } from './migration-ledger.ts'

/** The state of a database against the migrations of this package version. Names, oldest first. */
export interface MigrationStatus {
  /** Applied to the database, and known to this version. */
  readonly applied: string[]
  /** Known to this version and not applied. A failed one is not pending. */
  readonly pending: string[]
  /** Begun but not finished. */
  readonly failed: string[]
  /** Applied, but from a file with other contents; these are in `applied` too. */
  readonly edited: string[]
  /** In the database, but not known to this version: the database is newer than the code. */
  readonly unknown: string[]
}

/** Compares a ledger with a list of migrations. Pure. */
export function compareLedger(migrations: readonly Migration[], ledger: readonly LedgerRow[]): MigrationStatus {
  const sqlByName = new Map(migrations.map(({ name, sql }) => [name, sql]))
  const finished = ledger.filter((row) => row.isFinished && sqlByName.has(row.name))
  const applied = new Set(finished.map(({ name }) => name))
  const failed = new Set(
    ledger
      .filter((row) => !row.isFinished && sqlByName.has(row.name) && !applied.has(row.name))
      .map(({ name }) => name),
  )
  return {
    applied: [...applied],
    pending: migrations.map(({ name }) => name).filter((name) => !applied.has(name) && !failed.has(name)),
    failed: [...failed],
    edited: finished.filter((row) => !hasChecksum(sqlByName.get(row.name) ?? '', row.checksum)).map(({ name }) => name),
    unknown: [...new Set(ledger.map(({ name }) => name))].filter((name) => !sqlByName.has(name)),
  }
}
