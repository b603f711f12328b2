import { validate } from 'uuid'
import { RindleError } from '../domain/errors.ts'
import { companionOwner, isReservedKey, normalizeKey } from '../domain/keys.ts'
import type { Runtime } from '../kernel/runtime.ts'

/**
 * Refuses a key that is, or may become, one of Rindle's own objects: `conflict`, with `reserved_key` as
 * `details.reason`. Judges the key alone, so it cannot miss a row that is just being made. `storage_key_invalid`.
 */
export function assertOwnKey(runtime: Runtime, key: string): void {
  if (!isReservedKey(normalizeKey(key), Object.keys(runtime.profiles))) return
  throw new RindleError(
    'conflict',
    `The key "${key}" is reserved for Rindle's own objects. Keys of your own files begin neither with "staging" nor ` +
      'with the name of a profile; assets are delivered by `url` and `variantUrl`, and deleted by `detach` or a purge.',
    { details: { reason: 'reserved_key' }, retryable: false },
  )
}

/**
 * {@link assertOwnKey}, and refuses a key that a row names although its form is not Rindle's: it was written by hand,
 * or its profile is no longer configured. `conflict`, with `key_of_asset` as `details.reason`. One query.
 */
export async function assertUnownedKey(runtime: Runtime, key: string): Promise<void> {
  assertOwnKey(runtime, key)
  const ids = key.split('/').filter(validate)
  const { rows } = await runtime.database.executeSql(
    `select id::text as id from rindle.media_assets where storage_key = $1::text
     union all select asset_id::text from rindle.media_variants where storage_key = $1::text
     union all select asset_id::text from rindle.media_tracks where storage_key = $1::text
     union all select asset_id::text from rindle.media_upload_sessions where upload_key in ($1::text, $2::text)
     union all select id::text from rindle.media_assets
       where id in (select value::uuid from jsonb_array_elements_text($3::jsonb))
         and starts_with($1::text, coalesce('tenants/' || tenant || '/', '') || profile || '/' || id::text || '/')
     limit 1`,
    [key, companionOwner(key), JSON.stringify(ids)],
  )
  if (rows[0] === undefined) return
  const assetId = String(rows[0]['id'])
  throw new RindleError('conflict', `The key "${key}" belongs to asset ${assetId}.`, {
    details: { reason: 'key_of_asset', assetId },
    retryable: false,
  })
}
