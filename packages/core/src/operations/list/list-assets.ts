import type { Asset } from '../../domain/entities.ts'
import { ASSET_STATES, type AssetState } from '../../domain/states.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { assetFromRow } from '../../kernel/sql/entities-from-rows.ts'
import { assertProfileName } from '../scope.ts'
import { type ListingOptions, readPage } from './listing.ts'

/** Options of {@link listAssets}. */
export interface ListAssetsOptions<P extends string = string> extends ListingOptions<AssetState, P> {}

/** A page of assets, what changed last first. */
export interface AssetPage<P extends string = string> {
  readonly assets: readonly Asset<P>[]
  /** What to give as `after` for the next page; `null`: this is the last. */
  readonly next: string | null
}

/**
 * Lists assets by state, profile, owner, reason and time, in pages of bounded size, what changed last first. Uses indexes
 * also among millions. Every page is read as it is then: an asset that changes between two of them moves to the front and is
 * not met again. Of rows with a rare `error` a page may be short, or empty, and yet have a `next`: at most 5,000 are looked
 * through for one. Changes nothing. `unknown_profile`, `invalid_input`.
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
