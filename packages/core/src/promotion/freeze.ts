import { extensionFor } from '../domain/content-types.ts'
import type { Asset } from '../domain/entities.ts'
import { isStagingKey, originalKey } from '../domain/keys.ts'
import type { RunningJob } from '../ports/jobs.ts'
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
  if (!isStagingKey(asset.storageKey)) return asset
  const storage = storageOf(runtime, asset.storage)
  const key = originalKey({
    profile: asset.profile,
    assetId: asset.id,
    random: runtime.randomText(),
    extension: extensionFor(asset.declaredContentType ?? ''),
  })
  const ifMatch = asset.etag === null ? {} : { ifMatch: asset.etag }
  const object = await storage.copy(asset.storageKey, key, { ...ifMatch, signal: job.signal })
  const { rows } = await runtime.database.executeSql(
    `update rindle.media_assets set storage_key = $3::text, etag = $4::text, byte_size = $5::bigint, updated_at = now()
     where id = $1::uuid and storage_key = $2::text and state = 'validating' returning *`,
    [asset.id, asset.storageKey, key, object.etag, object.byteSize],
  )
  const unreferenced = rows[0] === undefined ? key : asset.storageKey
  await storage.delete(unreferenced)
  return rows[0] === undefined ? null : assetFromRow(rows[0])
}
