import type { SqlExecutor } from '@rindle/prisma'
import type { KnownStorage } from '../ports/storage.ts'
import { textOrNull } from './sql/row-values.ts'
import { DELIVERABLE } from './sql/state-literals.ts'

/** Reads the recorded facts about a storage. */
export async function knownStorage(sql: SqlExecutor, name: string): Promise<KnownStorage> {
  const { rows } = await sql.executeSql('select identity from rindle.media_storages where name = $1::text', [name])
  return {
    identity: textOrNull(rows[0] ?? {}, 'identity'),
    isUsed: async () => {
      const { rows: assets } = await sql.executeSql(
        `select 1 from rindle.media_assets where storage = $1::text and state in (${DELIVERABLE}) limit 1`,
        [name],
      )
      return assets.length > 0
    },
  }
}

/** Records the identity of a storage, unless one is recorded already. Returns the recorded identity. */
export async function rememberStorage(sql: SqlExecutor, name: string, identity: string): Promise<string> {
  const { rows } = await sql.executeSql(
    `with remembered as (
       insert into rindle.media_storages (name, identity) values ($1::text, $2::text)
       on conflict (name) do nothing returning identity
     )
     select identity from remembered
     union all select identity from rindle.media_storages where name = $1::text`,
    [name, identity],
  )
  // When two first processes race, the second may see neither row.
  return textOrNull(rows[0] ?? {}, 'identity') ?? rememberStorage(sql, name, identity)
}

/** Records a new identity of a storage, or its first one. */
export async function replaceKnownStorage(sql: SqlExecutor, name: string, identity: string): Promise<void> {
  await sql.executeSql(
    `insert into rindle.media_storages (name, identity) values ($1::text, $2::text)
     on conflict (name) do update set identity = excluded.identity, updated_at = now()
     where media_storages.identity <> excluded.identity`,
    [name, identity],
  )
}

/** The name under which a mirror of a storage is remembered. No configured storage is meant by it. */
export function mirrorName(storage: string, index: number): string {
  return `${storage}~mirror-${index}`
}
