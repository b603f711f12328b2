import type { SqlExecutor } from '@rindle/prisma'
import { DELIVERABLE } from '../kernel/sql/state-literals.ts'

/** The kinds of damage to a stored original; the asset's `errorReason` beside `originalDamagedAt`. */
export type OriginalDamage = 'original_missing' | 'original_damaged'

/**
 * Notes that the stored original of a deliverable asset is gone or holds other bytes. The asset keeps its state, which
 * follows its variants: ready ones stay deliverable. The time of the first finding stays. One statement; safe to
 * repeat. Returns whether the damage is new.
 */
export async function noteOriginalDamage(
  sql: SqlExecutor,
  { id, storageKey }: { readonly id: string; readonly storageKey: string },
  reason: OriginalDamage,
  message: string,
): Promise<boolean> {
  const { rows } = await sql.executeSql(
    `with before as (
       select id, original_damaged_at from rindle.media_assets
       where id = $1::uuid and storage_key = $2::text and state in (${DELIVERABLE}) for no key update
     )
     update rindle.media_assets as asset
     set original_damaged_at = coalesce(before.original_damaged_at, now()), error_reason = $3::text,
       error_message = $4::text, updated_at = now()
     from before where asset.id = before.id
     returning before.original_damaged_at is null as is_news`,
    [id, storageKey, reason, message],
  )
  return rows[0]?.['is_news'] === true
}

/**
 * Notes that the stored original is intact again. One statement; safe to repeat. Returns whether it was damaged before.
 */
export async function noteOriginalWhole(
  sql: SqlExecutor,
  { id, storageKey }: { readonly id: string; readonly storageKey: string },
): Promise<boolean> {
  const { rows } = await sql.executeSql(
    `update rindle.media_assets
     set original_damaged_at = null, error_reason = null, error_message = null, updated_at = now()
     where id = $1::uuid and storage_key = $2::text and original_damaged_at is not null
     returning id`,
    [id, storageKey],
  )
  return rows.length === 1
}
