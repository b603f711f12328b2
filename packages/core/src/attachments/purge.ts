import { counted } from '../domain/counted.ts'
import type { Asset } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { failureOf } from '../domain/failures.ts'
import { assetPrefix } from '../domain/keys.ts'
import type { RunningJob } from '../ports/jobs.ts'
import type { StorageAdapter } from '../ports/storage.ts'
import { transitionAsset } from '../rows/asset-transition.ts'
import { payloadText } from '../rows/payload-text.ts'
import { text, textOrNull } from '../rows/row-values.ts'
import { finishRuns, startRuns } from '../runs/processing-run.ts'
import { type Runtime, storageOf } from '../runtime.ts'
import { inTransaction } from '../unit-of-work.ts'
import { giveUpParts, type RemoteParts } from '../uploads/give-up.ts'
import { enqueueLateDeletion } from '../uploads/late-arrival.ts'
import { resumableStateOf } from '../uploads/session-rows.ts'
import { variantsOf } from '../variants/aggregate.ts'
import { lockAsset } from '../variants/lock-asset.ts'

/** What a purge has to delete. */
interface Doomed {
  readonly asset: Asset
  readonly keys: readonly string[]
  /** Uploads that may have left parts. */
  readonly uploads: readonly RemoteParts[]
}

/**
 * The job `rindle_purge`: when no attachment holds the asset, marks it `deleted`, deletes its objects, then its rows.
 * Objects that are gone already are fine; whatever fails is tried again by the job. An asset that was attached again
 * meanwhile stays.
 */
export async function purge(runtime: Runtime, job: RunningJob): Promise<void> {
  const assetId = payloadText(job.payload, 'assetId')
  const runId = runtime.newId()
  await startRuns(runtime, runtime.database, [
    { id: runId, jobId: job.id, assetId, variantName: null, attempt: job.attempt },
  ])
  try {
    const doomed = await markDeleted(runtime, assetId)
    if (doomed === null) return await finishRuns(runtime.database, [runId], 'cancelled', { reason: 'attached_or_gone' })
    const storage = storageOf(runtime, doomed.asset.storage)
    for (const upload of doomed.uploads) await giveUpParts(storage, upload)
    await deleteObjects(storage, doomed, job.signal)
    await runtime.database.executeSql(`delete from rindle.media_assets where id = $1::uuid and state = 'deleted'`, [
      assetId,
    ])
    await finishRuns(runtime.database, [runId], 'succeeded')
  } catch (error) {
    await finishRuns(runtime.database, [runId], 'failed', failureOf(error))
    throw error
  }
}

/** From here on no attachment can be made, no variant can be committed, and nothing is delivered. */
async function markDeleted(runtime: Runtime, assetId: string): Promise<Doomed | null> {
  return inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    if (asset === null) return null
    // Asked after the lock is held: whoever attaches takes the same lock first.
    const { rows: attachments } = await unit.executeSql(
      'select 1 from rindle.media_attachments where asset_id = $1::uuid limit 1',
      [assetId],
    )
    if (attachments.length > 0) return null
    if (asset.state !== 'deleted') await transitionAsset(runtime, unit, asset, 'deleted')
    const { rows: sessions } = await unit.executeSql(
      `select upload_key, upload_strategy, expires_at, multipart_upload_id, resumable_state, last_known_offset
       from rindle.media_upload_sessions where asset_id = $1::uuid`,
      [assetId],
    )
    for (const session of sessions) enqueueLateDeletion(runtime, unit, asset, session)
    const variantKeys = (await variantsOf(unit, assetId)).flatMap(({ storageKey }) => storageKey ?? [])
    const uploads = sessions.map((row) => ({
      uploadKey: text(row, 'upload_key'),
      multipartUploadId: textOrNull(row, 'multipart_upload_id'),
      resumable: resumableStateOf(row),
    }))
    const keys = [...variantKeys, ...uploads.map(({ uploadKey }) => uploadKey), asset.storageKey]
    return { asset, keys, uploads }
  })
}

/** Variants first, the original last. What a killed worker left beside them goes too, where the storage can list. */
async function deleteObjects(storage: StorageAdapter, { asset, keys }: Doomed, signal: AbortSignal): Promise<void> {
  const listed: string[] = []
  if (storage.capabilities.has('list')) {
    for await (const object of storage.list(assetPrefix(asset), { signal })) listed.push(object.key)
  }
  const failures = await storage.deleteMany([...new Set([...listed, ...keys])], { signal })
  const [first] = failures
  if (first === undefined) return
  const what = counted(failures.length, 'object')
  throw new RindleError('storage_unavailable', `${what} of asset ${asset.id} could not be deleted.`, {
    cause: first.error,
  })
}
