import type { Asset, Variant } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { assetFromRow, variantFromRow } from '../kernel/sql/entities-from-rows.ts'
import { json, type Row, text } from '../kernel/sql/row-values.ts'

/** An asset, by its row or by any object with its id. */
export type AssetReference = { readonly id: string }

/** An asset with its variants, sorted by name. */
export type AssetWithVariants<P extends string = string> = Asset<P> & { readonly variants: readonly Variant[] }

/**
 * Returns assets with their variants, by id, without absent ones. One statement, so that the states of an asset and of
 * its variants are of the same instant.
 */
export async function assetsById(
  runtime: Runtime,
  ids: readonly string[],
): Promise<ReadonlyMap<string, AssetWithVariants>> {
  if (ids.length === 0) return new Map()
  const { rows } = await runtime.database.executeSql(
    `select asset.*,
       (select coalesce(jsonb_agg(to_jsonb(variant) order by variant.name), '[]'::jsonb)
        from rindle.media_variants as variant where variant.asset_id = asset.id) as variants
     from rindle.media_assets as asset
     where asset.id in (select value::uuid from jsonb_array_elements_text($1::jsonb))`,
    [JSON.stringify(ids)],
  )
  return new Map(
    rows.map((row) => {
      const variants = json<readonly Row[]>(row, 'variants').map(variantFromRow)
      return [text(row, 'id'), { ...assetFromRow(row), variants }]
    }),
  )
}

/** One asset with its variants, or `null`. */
export async function assetById(runtime: Runtime, id: string): Promise<AssetWithVariants | null> {
  assertId('asset', id)
  return (await assetsById(runtime, [id])).get(id) ?? null
}
