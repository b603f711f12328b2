import type { Variant } from '../../domain/entities.ts'
import { VARIANT_STATES, type VariantState } from '../../domain/states.ts'
import { assertTenant } from '../../domain/tenant.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { variantFromRow } from '../../kernel/sql/entities-from-rows.ts'
import { ofTenant } from '../../kernel/sql/of-tenant.ts'
import { assertProfileName } from '../scope.ts'
import { type ListingOptions, readPage } from './listing.ts'

/** Options of {@link listVariants}. */
export interface ListVariantsOptions<P extends string = string> extends ListingOptions<VariantState, P> {
  /** Only variants of this name. @default all */
  readonly variant?: string
}

/** A page of variants, the latest change first. */
export interface VariantPage {
  readonly variants: readonly Variant[]
  /** The `after` of the next page; `null`: this is the last. */
  readonly next: string | null
}

/**
 * Lists variants as `listAssets` lists assets; profile and owner are their asset's. With a rare profile, name or
 * `error` a page may be short, or empty, and still have a `next`: it examines at most 5,000 rows.
 */
export async function listVariants(runtime: Runtime, options: ListVariantsOptions = {}): Promise<VariantPage> {
  const { profile, tenant, variant } = options
  if (profile !== undefined) await assertProfileName(runtime, profile)
  assertTenant(tenant)
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
      ...(tenant === undefined
        ? []
        : [
            `exists (select 1 from rindle.media_assets as asset
            where asset.id = listed.asset_id and ${ofTenant('asset.tenant', bind(JSON.stringify(tenant), 'jsonb'))})`,
          ]),
    ],
  })
  return { variants: rows.map(variantFromRow), next }
}
