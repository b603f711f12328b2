import { randomUUID } from 'node:crypto'
import type { MigrationClient } from './migration-connection.ts'
import { checksumOf, type Migration } from './migration-files.ts'
import type { PgQueryable } from './sql-executor.ts'

/** One attempt to apply a migration, as Prisma's ledger keeps it. */
export interface LedgerRow {
  readonly id: string
  readonly name: string
  readonly checksum: string
  readonly isFinished: boolean
  /** The server's message if it failed; null if it succeeded or was interrupted. */
  readonly logs: string | null
}

const LEDGER = 'rindle._prisma_migrations'

/** The runner's mark of a failure that left nothing, so that the migration may simply be tried again. */
const ROLLED_BACK_MARK = 'rindle migrate rolled this attempt back.'

export function wasRolledBackWhole(row: LedgerRow): boolean {
  return !row.isFinished && row.logs !== null && row.logs.startsWith(ROLLED_BACK_MARK)
}

/** Creates schema and ledger, in Prisma's own form, unless they exist. */
export async function ensureLedger(client: MigrationClient): Promise<void> {
  // Looked up first: `if not exists` requires the right to create even if there is nothing to create.
  const { rows } = await client.query(
    "select to_regnamespace('rindle') is not null as schema, to_regclass('rindle._prisma_migrations') is not null as ledger",
  )
  if (rows[0]?.schema !== true) await client.query('create schema rindle')
  if (rows[0]?.ledger === true) return
  await client.query(`create table ${LEDGER} (
    id varchar(36) primary key not null,
    checksum varchar(64) not null,
    finished_at timestamptz,
    migration_name varchar(255) not null,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz not null default now(),
    applied_steps_count integer not null default 0
  )`)
}

/** Every attempt that counts, oldest first: attempts marked as rolled back are only history. `[]` without a ledger. */
export async function readLedger(client: PgQueryable): Promise<LedgerRow[]> {
  const { rows: found } = await client.query("select to_regclass('rindle._prisma_migrations') is not null as ledger")
  if (found[0]?.ledger !== true) return []
  const { rows } = await client.query(
    `select id, migration_name, checksum, finished_at is not null as is_finished, logs
     from ${LEDGER} where rolled_back_at is null order by started_at, migration_name`,
  )
  return rows.map((row) => ({
    id: String(row.id),
    name: String(row.migration_name),
    checksum: String(row.checksum),
    isFinished: row.is_finished === true,
    logs: typeof row.logs === 'string' ? row.logs : null,
  }))
}

/** Records the start of an attempt; returns the row's id. */
export async function recordStart(client: MigrationClient, migration: Migration): Promise<string> {
  const id = randomUUID()
  await client.query(`insert into ${LEDGER} (id, checksum, migration_name) values ($1, $2, $3)`, [
    id,
    checksumOf(migration.sql),
    migration.name,
  ])
  return id
}

export async function recordFinish(client: MigrationClient, id: string): Promise<void> {
  await client.query(`update ${LEDGER} set finished_at = clock_timestamp(), applied_steps_count = 1 where id = $1`, [
    id,
  ])
}

/** Records the server's message about a failed attempt. */
export async function recordFailure(
  client: MigrationClient,
  id: string,
  message: string,
  isRolledBack: boolean,
): Promise<void> {
  const logs = isRolledBack ? `${ROLLED_BACK_MARK}\n${message}` : message
  await client.query(`update ${LEDGER} set logs = $2 where id = $1`, [id, logs])
}

/** Marks a failed attempt as rolled back, as `prisma migrate resolve --rolled-back` does. */
export async function recordRollBack(client: MigrationClient, id: string): Promise<void> {
  await client.query(`update ${LEDGER} set rolled_back_at = now() where id = $1`, [id])
}
