import type { LeftByUploads } from '../assets/purge.ts'
import type { Asset } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { text, textOrNull } from '../kernel/sql/row-values.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import { giveUpParts } from './give-up.ts'
import { enqueueLateDeletion } from './late-arrival.ts'
import { resumableStateOf } from './sessions.ts'

/**
 * Finds the leftovers of an asset's uploads in its storage, and enqueues the deletion of anything that their clients
 * still send. The caller has locked the asset and is about to delete it.
 */
export async function endUploads(runtime: Runtime, unit: UnitOfWork, asset: Asset): Promise<LeftByUploads> {
  const { rows } = await unit.executeSql(
    `select upload_key, upload_strategy, expires_at, multipart_upload_id, resumable_state, last_known_offset
     from rindle.media_upload_sessions where asset_id = $1::uuid`,
    [asset.id],
  )
  for (const session of rows) enqueueLateDeletion(runtime, unit, asset, session)
  const uploads = rows.map((row) => ({
    uploadKey: text(row, 'upload_key'),
    multipartUploadId: textOrNull(row, 'multipart_upload_id'),
    resumable: resumableStateOf(row),
  }))
  return {
    keys: uploads.map(({ uploadKey }) => uploadKey),
    async giveUp(storage) {
      for (const upload of uploads) await giveUpParts(storage, upload)
    },
  }
}
