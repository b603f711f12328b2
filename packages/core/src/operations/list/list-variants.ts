import type { Variant } from '../../domain/entities.ts'
import { VARIANT_STATES, type VariantState } from '../../domain/states.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { variantFromRow } from '../../kernel/sql/entities-from-rows.ts'
import { assertProfileName } from '../scope.ts'
import { type ListingOptions, readPage } from './listing.ts'

/** Options of {@link listVariants}. */
export interface ListVariantsOptions<P extends string = string> extends ListingOptions<VariantState, P> {
  /** Only variants of this name. @default all */
  readonly variant?: string
}

/** A page of variants, what changed last first. */
export interface VariantPage {
  readonly variants: readonly Variant[]
  /** What to give as `after` for the next page; `null`: this is the last. */
  readonly next: string | null
}

/**
 * Lists variants as `listAssets` lists assets; profile and owner are those of their assets. Of a profile, a name or an `error`
 * that few have, a page may be short, or empty, and yet have a `next`: at most 5,000 rows are looked through for one.
 */
export async function listVariants(runtime: Runtime, options: ListVariantsOptions = {}): Promise<VariantPage> {
  const { profile, variant } = options
  if (profile !== undefined) await assertProfileName(runtime, profile)
  const { rows, next } = await readPage(runtime.database, {
    ...options,
    table: 'media_variants',
    assetId: 'asset_id',
    states: VARIANT_STATES,
    filters: (bind) => [
      ...(variant === undefined ? [] : [`name = ${bind(variant, 'text')}`]),
      ...(profile === undefined
        ? []
        : [
            `exists (select 1 from rindle.media_assets as asset
            where asset.id = listed.asset_id and asset.profile = ${bind(profile, 'text')})`,
          ]),
    ],
  })
  return { variants: rows.map(variantFromRow), next }
}
