import type { AssetReference } from '../assets/read.ts'
import type { Asset, Variant } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { assetFromRow, variantFromRow } from '../kernel/sql/entities-from-rows.ts'
import { json, type Row } from '../kernel/sql/row-values.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'

/** All variants of an asset, sorted by name. */
export async function variantsOf(unit: UnitOfWork, assetId: string): Promise<readonly Variant[]> {
  const { rows } = await unit.executeSql(
    'select * from rindle.media_variants where asset_id = $1::uuid order by name',
    [assetId],
  )
  return rows.map(variantFromRow)
}

/** An asset whose row this transaction has locked, and all of its variants, sorted by name. */
export interface HeldAsset {
  readonly asset: Asset
  readonly variants: readonly Variant[]
}

/**
 * Reads both in one statement, which must come after that of the lock: a statement that waits for a lock sees other rows as
 * they were before.
 */
export async function heldAsset(unit: UnitOfWork, assetId: string): Promise<HeldAsset> {
  const { rows } = await unit.executeSql(
    `select asset.*, (
       select coalesce(jsonb_agg(to_jsonb(variant) order by variant.name), '[]'::jsonb)
       from rindle.media_variants as variant where variant.asset_id = asset.id) as variants
     from rindle.media_assets as asset where asset.id = $1::uuid`,
    [assetId],
  )
  const [row = {}] = rows
  return { asset: assetFromRow(row), variants: json<readonly Row[]>(row, 'variants').map(variantFromRow) }
}

/** The asset's ready variants, sorted by name. */
export async function readyVariantsFor(runtime: Runtime, reference: AssetReference): Promise<readonly Variant[]> {
  assertId('asset', reference.id)
  const { rows } = await runtime.database.executeSql(
    `select * from rindle.media_variants where asset_id = $1::uuid and state = 'ready' order by name`,
    [reference.id],
  )
  return rows.map(variantFromRow)
}
