import type { Asset } from '../../domain/entities.ts'
import { ASSET_STATES, type AssetKind, type AssetState } from '../../domain/states.ts'
import { assertTenant } from '../../domain/tenant.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { assetFromRow } from '../../kernel/sql/entities-from-rows.ts'
import { assertProfileName } from '../scope.ts'
import { type Bind, type ListingOptions, readPage, timeText } from './listing.ts'

/** Assets that a search by name looks at. */
const MOST_NAMES = 2_000

/** Options of {@link listAssets}. */
export interface ListAssetsOptions<P extends string = string> extends ListingOptions<AssetState, P> {
  /** Only of this kind. @default all */
  readonly kind?: AssetKind
  /** Only assets that are attached at this slot. @default all */
  readonly slot?: string
  /** Only names that begin so, in capitals or not. At most 2,000 assets with such names are looked at. @default all */
  readonly filename?: string
  /** Only assets made at this time or later. @default all */
  readonly createdFrom?: Date
  /** Only assets made before this time. @default all */
  readonly createdBefore?: Date
}

/** A page of assets, the latest change first. */
export interface AssetPage<P extends string = string> {
  readonly assets: readonly Asset<P>[]
  /** The `after` of the next page; `null`: this is the last. */
  readonly next: string | null
}

/**
 * Lists assets by state, profile, tenant, owner, reason, kind, slot, name and time, in pages of bounded size, the latest change first. Uses
 * indexes even among millions. Each page is read when you ask for it: an asset that changes between two pages moves to
 * the front and does not appear again. With a rare `error`, `kind`, `slot` or time a page may be short, or empty, and still have a `next`: it
 * examines at most 5,000 rows. Changes nothing. `unknown_profile`, `invalid_input`.
 */
export async function listAssets(runtime: Runtime, options: ListAssetsOptions = {}): Promise<AssetPage> {
  const { profile, tenant } = options
  if (profile !== undefined) await assertProfileName(runtime, profile)
  assertTenant(tenant)
  const { rows, next } = await readPage(runtime.database, {
    ...options,
    table: 'media_assets',
    assetId: 'id',
    states: ASSET_STATES,
    indexed: (bind) => [
      // An index has the order of one tenant, another one that of one profile; none has both.
      ...(typeof tenant === 'string' ? [`tenant = ${bind(tenant, 'text')}`] : profileCondition(options, bind)),
      ...nameCondition(options, bind),
    ],
    filters: (bind) => [
      ...(typeof tenant === 'string' ? profileCondition(options, bind) : []),
      ...(tenant === null ? ['tenant is null'] : []),
      ...filtersOf(options, bind),
    ],
  })
  return { assets: rows.map(assetFromRow), next }
}

function profileCondition({ profile }: ListAssetsOptions, bind: Bind): readonly string[] {
  return profile === undefined ? [] : [`profile = ${bind(profile, 'text')}`]
}

/** Names have an index of their own, in their own order, so the set is cut before it is ordered by the latest change. */
function nameCondition({ filename }: ListAssetsOptions, bind: Bind): readonly string[] {
  if (filename === undefined) return []
  const pattern = `${filename.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
  return [
    `id in (select id from rindle.media_assets where lower(filename) like ${bind(pattern, 'text')} limit ${MOST_NAMES})`,
  ]
}

/** Conditions that no index serves together with the order. */
function filtersOf({ kind, slot, createdFrom, createdBefore }: ListAssetsOptions, bind: Bind): readonly string[] {
  return [
    ...(kind === undefined ? [] : [`kind = ${bind(kind, 'text')}`]),
    ...(slot === undefined
      ? []
      : [
          `exists (select 1 from rindle.media_attachments as attachment
            where attachment.asset_id = listed.id and attachment.slot = ${bind(slot, 'text')})`,
        ]),
    ...(createdFrom === undefined
      ? []
      : [`created_at >= ${bind(timeText('createdFrom', createdFrom), 'timestamptz')}`]),
    ...(createdBefore === undefined
      ? []
      : [`created_at < ${bind(timeText('createdBefore', createdBefore), 'timestamptz')}`]),
  ]
}
