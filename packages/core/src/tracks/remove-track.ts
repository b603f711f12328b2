import type { SqlExecutor } from '@rindle/prisma'
import { deletionAfter } from '../assets/delayed-deletion.ts'
import { assertNotHeld } from '../assets/hold.ts'
import { lockAsset } from '../assets/lock.ts'
import type { AssetReference } from '../assets/read.ts'
import { RindleError } from '../domain/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { text } from '../kernel/sql/row-values.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import { announceTracks } from './store-track.ts'

/** Options of {@link removeTrack}. */
export interface RemoveTrackOptions {
  /** The application's transaction. @default a new transaction */
  readonly tx?: SqlExecutor
}

/**
 * Takes a text track from an asset. Its object goes when every URL of it has expired, by a job of the same transaction.
 * Atomic, safe to repeat: nothing happens to a track that is gone. `not_found` for an unknown asset;
 * `asset_held`.
 */
export async function removeTrack(
  runtime: Runtime,
  reference: AssetReference,
  trackId: string,
  options: RemoveTrackOptions = {},
): Promise<void> {
  assertId('asset', reference.id)
  assertId('track', trackId)
  await inTransaction(runtime, options.tx, async (unit) => {
    const asset = await lockAsset(unit, reference.id)
    if (asset === null) throw new RindleError('not_found', `There is no asset ${reference.id}.`)
    await assertNotHeld(unit, asset.id)
    const { rows } = await unit.executeSql(
      'delete from rindle.media_tracks where asset_id = $1::uuid and id = $2::uuid returning storage_key',
      [asset.id, trackId],
    )
    const [row] = rows
    if (row === undefined) return
    const removed = { assetId: asset.id, storage: asset.storage, storageKey: text(row, 'storage_key') }
    unit.enqueue(deletionAfter(runtime.maxDeliveryExpiresInSeconds, removed))
    await announceTracks(unit, asset.id)
  })
}
