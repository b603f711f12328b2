import type { Asset } from '../domain/entities.ts'
import { failureOf } from '../domain/failures.ts'
import { isHandedOn } from '../kernel/handed-on.ts'
import { payloadText } from '../kernel/payload-text.ts'
import { finishRuns, mergeRepeatedRun, startRuns } from '../kernel/processing-runs.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { type Row, text } from '../kernel/sql/row-values.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { RunningJob } from '../ports/jobs.ts'
import type { StorageAdapter } from '../ports/storage.ts'
import { heldAmong, notePurgeDue } from './hold.ts'
import { lockAsset } from './lock.ts'
import { deleteBelowPrefix, type ObjectsElsewhere, objectsElsewhere } from './moved-objects.ts'
import { transitionAsset } from './transition.ts'

/** The objects that a purge deletes. */
interface Doomed {
  readonly asset: Asset
  readonly keys: readonly string[]
  readonly uploads: LeftByUploads
  /** Copies in other storages: the asset was being moved, or had been. */
  readonly elsewhere: readonly ObjectsElsewhere[]
}

/** Why an asset stays. */
interface Kept {
  readonly reason: 'attached_or_gone' | 'held'
}

/** The leftovers of an asset's uploads in its storage. */
export interface LeftByUploads {
  readonly keys: readonly string[]
  /** Removes unfinished parts and pieces. */
  giveUp(storage: StorageAdapter): Promise<void>
}

/** Ends the uploads of a locked asset for good, within its transaction. */
export type EndUploads = (runtime: Runtime, unit: UnitOfWork, asset: Asset) => Promise<LeftByUploads>

/**
 * The job `rindle_purge`: when no attachment holds the asset, it marks the asset `deleted`, deletes its objects, then
 * its rows. Absent objects are fine; the job retries failures. An asset that was attached again meanwhile stays, and so
 * does one on hold: `purgeTrashed` purges it when the hold has ended.
 */
export async function purge(runtime: Runtime, job: RunningJob, endUploads: EndUploads): Promise<void> {
  const assetId = payloadText(job.payload, 'assetId')
  const runId = runtime.newId()
  await startRuns(runtime, runtime.database, [
    { id: runId, jobId: job.id, assetId, variantName: null, attempt: job.attempt },
  ])
  try {
    const doomed = await markDeleted(runtime, assetId, endUploads)
    if (!('asset' in doomed)) return await finishRuns(runtime.database, [runId], 'cancelled', doomed)
    const storage = storageOf(runtime, doomed.asset.storage)
    await doomed.uploads.giveUp(storage)
    await deleteObjects(storage, doomed, job.signal)
    for (const { storage: other, keys } of doomed.elsewhere) {
      await deleteObjects(storageOf(runtime, other), { ...doomed, keys: [...keys, ...doomed.keys] }, job.signal)
    }
    await runtime.database.executeSql(`delete from rindle.media_assets where id = $1::uuid and state = 'deleted'`, [
      assetId,
    ])
    await finishRuns(runtime.database, [runId], 'succeeded')
  } catch (error) {
    await finishRuns(runtime.database, [runId], 'failed', failureOf(error))
    if (isHandedOn(job)) await mergeRepeatedRun(runtime.database, runId)
    throw error
  }
}

/** From here on, nothing attaches or delivers the asset, and no variant of it is committed. */
async function markDeleted(runtime: Runtime, assetId: string, endUploads: EndUploads): Promise<Doomed | Kept> {
  return inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    // The end of its time in the trash marks an asset itself: see `purgeTrashed`.
    if (asset === null || asset.state === 'trashed') return { reason: 'attached_or_gone' }
    // Checked under the lock: every attach takes the same lock first.
    const { rows: attachments } = await unit.executeSql(
      'select 1 from rindle.media_attachments where asset_id = $1::uuid limit 1',
      [assetId],
    )
    if (attachments.length > 0) return { reason: 'attached_or_gone' }
    if (asset.state !== 'deleted' && (await heldAmong(unit, [assetId])).has(assetId)) {
      await notePurgeDue(unit, assetId)
      return { reason: 'held' }
    }
    await unit.executeSql('delete from rindle.media_holds where asset_id = $1::uuid', [assetId])
    if (asset.state !== 'deleted') await transitionAsset(runtime, unit, asset, 'deleted')
    const uploads = await endUploads(runtime, unit, asset)
    const elsewhere = await objectsElsewhere(unit, assetId)
    const keys = [...(await partKeys(unit, assetId)), ...uploads.keys]
    // An original that was adopted in place is not ours to delete.
    return { asset, keys: asset.inPlace ? keys : [...keys, asset.storageKey], uploads, elsewhere }
  })
}

/** Of variants and tracks, and of objects on their way into the trash. */
async function partKeys(unit: UnitOfWork, assetId: string): Promise<readonly string[]> {
  const { rows } = await unit.executeSql(
    `select storage_key from rindle.media_variants where asset_id = $1::uuid and storage_key is not null
     union all select storage_key from rindle.media_tracks where asset_id = $1::uuid
     union all select unnest(array[from_key, to_key]) from rindle.media_relocations where asset_id = $1::uuid`,
    [assetId],
  )
  return rows.map((row: Row) => text(row, 'storage_key'))
}

/** Variants and tracks first, the original last. Leftovers of a killed worker go too, where the storage can list. */
async function deleteObjects(
  storage: StorageAdapter,
  { asset, keys }: Pick<Doomed, 'asset' | 'keys'>,
  signal: AbortSignal,
): Promise<void> {
  await deleteBelowPrefix(storage, asset, keys, signal)
}
