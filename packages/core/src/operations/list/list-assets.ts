import type { Asset } from '../../domain/entities.ts'
import { ASSET_STATES, type AssetState } from '../../domain/states.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { assetFromRow } from '../../kernel/sql/entities-from-rows.ts'
import { assertProfileName } from '../scope.ts'
import { type ListingOptions, readPage } from './listing.ts'

/** Options of {@link listAssets}. */
export interface ListAssetsOptions<P extends string = string> extends ListingOptions<AssetState, P> {}

/** A page of assets, the latest change first. */
export interface AssetPage<P extends string = string> {
  readonly assets: readonly Asset<P>[]
  /** The `after` of the next page; `null`: this is the last. */
  readonly next: string | null
}

/**
 * Lists assets by state, profile, owner, reason and time, in pages of bounded size, the latest change first. Uses
 * indexes even among millions. Each page is read when you ask for it: an asset that changes between two pages moves to
 * the front and does not appear again. With a rare `error` a page may be short, or empty, and still have a `next`: it
 * examines at most 5,000 rows. Changes nothing. `unknown_profile`, `invalid_input`.
 */
export async function listAssets(runtime: Runtime, options: ListAssetsOptions = {}): Promise<AssetPage> {
  const { profile } = options
  if (profile !== undefined) await assertProfileName(runtime, profile)
  const { rows, next } = await readPage(runtime.database, {
    ...options,
    table: 'media_assets',
    assetId: 'id',
    states: ASSET_STATES,
    indexed: (bind) => (profile === undefined ? [] : [`profile = ${bind(profile, 'text')}`]),
  })
  return { assets: rows.map(assetFromRow), next }
}
