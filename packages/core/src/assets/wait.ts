import type { SqlExecutor } from '@rindle/prisma'
import type { Asset } from '../domain/entities.ts'
import type { Failure } from '../domain/failures.ts'
import { DELIVERABLE, IN_PROMOTION } from '../kernel/sql/state-literals.ts'

/** Rows that have work of their own to wait for. The reason of a damaged original stays: it must be found. */
const WAITS = `(state in (${IN_PROMOTION}, 'staged', 'deleted')
  or (state = 'trashed' and original_damaged_at is null)
  or (subtitles_wanted_at is not null and original_damaged_at is null and state in (${DELIVERABLE})))`

/**
 * Notes why an asset's download, its promotion, its purge, or the extraction of its subtitles waits. The asset keeps its state, and the time of the first finding stays
 * until it moves on. The caller holds the asset's lock. Returns whether the reason is new.
 */
export async function noteAssetWaiting(
  sql: SqlExecutor,
  { id, waitingSince, errorReason }: Pick<Asset, 'id' | 'waitingSince' | 'errorReason'>,
  { reason, message }: Pick<Failure, 'reason' | 'message'>,
): Promise<boolean> {
  await sql.executeSql(
    `update rindle.media_assets
     set waiting_since = coalesce(waiting_since, now()), error_reason = $2::text, error_message = $3::text,
       updated_at = now()
     where id = $1::uuid and ${WAITS}`,
    [id, reason, message],
  )
  return waitingSince === null || errorReason !== reason
}
