import { type DelayedDeletion, delayedDeletion, deletionAfter } from '../assets/delayed-deletion.ts'
import { lockAsset } from '../assets/lock.ts'
import type { Asset } from '../domain/entities.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { type Row, text, time } from '../kernel/sql/row-values.ts'
import { OPEN_SESSION } from '../kernel/sql/state-literals.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { RunningJob } from '../ports/jobs.ts'

/** For differing clocks: a storage may accept a URL a little longer than its signer. */
const CLOCK_SKEW_SECONDS = 300

/**
 * Enqueues, in the transaction that ends an upload for good, the deletion of whatever its client still sends: a URL for
 * one PUT cannot be taken back. The deletion waits until the URL has expired. Parts need none of this: their upload is
 * gone from the storage, and so are their URLs. Of an upload that was completed the row stays, and `cleanupOrphans` finds
 * what comes.
 */
export function enqueueLateDeletion(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Pick<Asset, 'id' | 'storage'>,
  session: Row,
): void {
  if (text(session, 'upload_strategy') !== 'presigned_put') return
  const validMs = time(session, 'expires_at').getTime() - runtime.now().getTime()
  if (validMs <= 0) return
  const deletion = { assetId: asset.id, storage: asset.storage, storageKey: text(session, 'upload_key') }
  unit.enqueue(deletionAfter(Math.ceil(validMs / 1_000) + CLOCK_SKEW_SECONDS, deletion))
}

/**
 * Deletes an object that arrived at the key of an ended upload. A key that belongs to an asset after all is left alone.
 */
export async function deleteLateArrival(runtime: Runtime, job: RunningJob): Promise<void> {
  const late = delayedDeletion(job.payload)
  const isOwned = await inTransaction(runtime, undefined, async (unit) => {
    await lockAsset(unit, late.assetId)
    return isInUse(unit, late)
  })
  if (!isOwned) await storageOf(runtime, late.storage).delete(late.storageKey, { signal: job.signal })
}

async function isInUse(unit: UnitOfWork, { storageKey }: DelayedDeletion): Promise<boolean> {
  const { rows } = await unit.executeSql(
    `select 1 from rindle.media_assets where storage_key = $1::text and state <> 'deleted'
     union all
     select 1 from rindle.media_upload_sessions where upload_key = $1::text and state in (${OPEN_SESSION})`,
    [storageKey],
  )
  return rows.length > 0
}
