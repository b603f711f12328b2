import { extensionFor } from '../domain/content-types.ts'
import type { Asset } from '../domain/entities.ts'
import { isRindleError } from '../domain/errors.ts'
import { originalKey } from '../domain/keys.ts'
import type { RunningJob } from '../ports/jobs.ts'
import type { StoredObject } from '../ports/storage.ts'
import { assetFromRow } from '../rows/entities-from-rows.ts'
import { type Runtime, storageOf } from '../runtime.ts'

/**
 * Puts an upload out of its client's reach before anything looks at its bytes: copies it from staging to a permanent
 * key that no upload URL leads to. From here on gate, probe, variants and delivery all see the same object, whatever
 * a still-valid URL writes to staging, even other bytes of the same etag. Returns the asset as it is then, or `null`
 * when another job was first.
 *
 * Every attempt has a key of its own: two that copied to one key could put unverified bytes over verified ones.
 */
export async function freeze(runtime: Runtime, asset: Asset, job: RunningJob): Promise<Asset | null> {
  const storage = storageOf(runtime, asset.storage)
  const key = originalKey({
    profile: asset.profile,
    assetId: asset.id,
    random: runtime.randomText(),
    extension: extensionFor(asset.declaredContentType ?? ''),
  })
  const object = await copyUnlessFrozen(runtime, asset, key, job.signal)
  if (object === null) return null
  const { rows } = await runtime.database.executeSql(
    `update rindle.media_assets set storage_key = $3::text, etag = $4::text, byte_size = $5::bigint, updated_at = now()
     where id = $1::uuid and storage_key = $2::text and state = 'validating' returning *`,
    [asset.id, asset.storageKey, key, object.etag, object.byteSize],
  )
  const unreferenced = rows[0] === undefined ? key : asset.storageKey
  await storage.delete(unreferenced)
  return rows[0] === undefined ? null : assetFromRow(rows[0])
}

/** `null` when the staged object is gone because another job has frozen it. */
async function copyUnlessFrozen(
  runtime: Runtime,
  asset: Asset,
  key: string,
  signal: AbortSignal,
): Promise<StoredObject | null> {
  const ifMatch = asset.etag === null ? {} : { ifMatch: asset.etag }
  try {
    return await storageOf(runtime, asset.storage).copy(asset.storageKey, key, { ...ifMatch, signal })
  } catch (error) {
    if (!isRindleError(error, 'storage_object_missing')) throw error
    const { rows } = await runtime.database.executeSql(
      'select 1 from rindle.media_assets where id = $1::uuid and storage_key = $2::text',
      [asset.id, asset.storageKey],
    )
    if (rows.length > 0) throw error
    return null
  }
}
