import type { Asset, ObjectAddress } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { assetFromRow } from '../../kernel/sql/entities-from-rows.ts'
import { text } from '../../kernel/sql/row-values.ts'

/**
 * The asset that was adopted from this address, or `null`. `conflict` if it belongs to another profile, or is being
 * purged.
 */
export async function adoptedAsset<P extends string>(
  runtime: Runtime,
  profile: P,
  { storage, key }: ObjectAddress,
  { tenant = null }: { readonly tenant?: string | null },
): Promise<Asset<P> | null> {
  const { rows } = await runtime.database.executeSql(
    'select * from rindle.media_assets where adopted_storage = $1::text and adopted_key = $2::text',
    [storage, key],
  )
  if (rows[0] === undefined) return null
  const asset = assetFromRow(rows[0])
  const what = `The object "${key}" of "${storage}" was adopted as asset ${asset.id}`
  if (asset.profile !== profile) {
    throw new RindleError('conflict', `${what} of profile "${asset.profile}", not "${profile}".`)
  }
  if (asset.tenant !== tenant) {
    throw new RindleError('conflict', `${what} of ${tenantText(asset.tenant)}, not of ${tenantText(tenant)}.`)
  }
  if (asset.state === 'deleted') {
    throw new RindleError('conflict', `${what}, which is being purged. Adopt it again when it is gone.`, {
      retryable: true,
    })
  }
  return asset as Asset<P>
}

/** The asset of the call that came first. `conflict` if the object is the original of another asset. */
export async function adoptedByAnother<P extends string>(
  runtime: Runtime,
  profile: P,
  source: ObjectAddress,
  origin: { readonly tenant?: string | null },
): Promise<Asset<P>> {
  const asset = await adoptedAsset(runtime, profile, source, origin)
  if (asset !== null) return asset
  const { rows } = await runtime.database.executeSql(
    'select id, storage from rindle.media_assets where storage_key = $1::text',
    [source.key],
  )
  const [row] = rows
  const holder =
    row === undefined ? 'another asset' : `asset ${text(row, 'id')} in the storage "${text(row, 'storage')}"`
  throw new RindleError('conflict', `The key "${source.key}" is already that of the original of ${holder}. Copy it.`)
}

function tenantText(tenant: string | null): string {
  return tenant === null ? 'no tenant' : `tenant "${tenant}"`
}
