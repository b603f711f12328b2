import { extensionFor, isActiveContent, UNKNOWN_CONTENT_TYPE } from '../domain/content-types.ts'
import type { Asset } from '../domain/entities.ts'
import { isRindleError } from '../domain/errors.ts'
import { judgeFile } from '../domain/gate.ts'
import { originalKey } from '../domain/keys.ts'
import { profileOf, type Runtime, storageOf } from '../kernel/runtime.ts'
import { sniffObject } from '../kernel/sniffing/sniff-object.ts'
import { assetFromRow } from '../kernel/sql/entities-from-rows.ts'
import type { RunningJob } from '../ports/jobs.ts'

/**
 * Moves an upload out of its client's reach before anything decides by its bytes: copies it from staging to a permanent
 * key that no upload URL leads to. From here on gate, probe, variants and delivery all see the same object, even if a
 * valid URL still writes to staging, and even if it writes other bytes with the same etag. Returns the new asset, or
 * `null` when another job was first.
 *
 * Every attempt has a key of its own: two that copied to one key could put unverified bytes over verified ones.
 */
export async function freeze(runtime: Runtime, asset: Asset, job: RunningJob): Promise<Asset | null> {
  const storage = storageOf(runtime, asset.storage)
  const frozen = await unlessFrozen(runtime, asset, async () => {
    const contentType = await likelyType(runtime, asset, job.signal)
    const key = originalKey({
      tenant: asset.tenant,
      profile: asset.profile,
      assetId: asset.id,
      random: runtime.randomText(),
      extension: extensionFor(contentType),
    })
    const options = { ...matching(asset), contentType, signal: job.signal }
    return { key, object: await storage.copy(asset.storageKey, key, options) }
  })
  if (frozen === null) return null
  const { key, object } = frozen
  const { rows } = await runtime.database.executeSql(
    `update rindle.media_assets set storage_key = $3::text, etag = $4::text, byte_size = $5::bigint, updated_at = now()
     where id = $1::uuid and storage_key = $2::text and state = 'validating' returning *`,
    [asset.id, asset.storageKey, key, object.etag, object.byteSize],
  )
  const unreferenced = rows[0] === undefined ? key : asset.storageKey
  await storage.delete(unreferenced)
  return rows[0] === undefined ? null : assetFromRow(rows[0])
}

/**
 * The type that the gate will find, unless the bytes are replaced meanwhile. It names the key and the object, and
 * decides nothing. An object that the gate will refuse never gets a type that a browser may run.
 */
async function likelyType(runtime: Runtime, asset: Asset, signal: AbortSignal): Promise<string> {
  const storage = storageOf(runtime, asset.storage)
  const { sniffedType, object } = await sniffObject(storage, asset.storageKey, { ...matching(asset), signal })
  const { filename, declaredContentType, profile } = asset
  const file = { sniffedType, filename, declaredType: declaredContentType, byteSize: object.byteSize }
  const verdict = judgeFile(file, profileOf(runtime, profile).accept)
  if (verdict.accepted) return verdict.contentType
  return sniffedType === undefined || isActiveContent(sniffedType) ? UNKNOWN_CONTENT_TYPE : sniffedType
}

function matching({ etag }: Asset): { readonly ifMatch?: string } {
  return etag === null ? {} : { ifMatch: etag }
}

/** `null` when the staged object is gone because another job has frozen it. */
async function unlessFrozen<T>(runtime: Runtime, asset: Asset, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
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
