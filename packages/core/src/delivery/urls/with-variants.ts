import type { AssetWithVariants } from '../../assets/read.ts'
import type { Asset } from '../../domain/entities.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { variantFromRow } from '../../kernel/sql/entities-from-rows.ts'

/**
 * Returns the assets with their variants: as you read them, or by one query for all that were read without. One entry
 * per asset, in the same order.
 */
export async function withVariants<const As extends readonly (Asset | AssetWithVariants)[]>(
  runtime: Runtime,
  assets: As,
): Promise<{ readonly [K in keyof As]: AssetWithVariants }> {
  const bare = assets.filter((asset) => !('variants' in asset))
  const variants =
    bare.length === 0 ? new Map<string, AssetWithVariants['variants']>() : await readVariants(runtime, bare)
  const complete = assets.map(
    (asset): AssetWithVariants => ('variants' in asset ? asset : { ...asset, variants: variants.get(asset.id) ?? [] }),
  )
  return complete as { readonly [K in keyof As]: AssetWithVariants }
}

async function readVariants(
  runtime: Runtime,
  assets: readonly Asset[],
): Promise<ReadonlyMap<string, AssetWithVariants['variants']>> {
  const { rows } = await runtime.database.executeSql(
    `select * from rindle.media_variants
     where asset_id in (select value::uuid from jsonb_array_elements_text($1::jsonb)) order by asset_id, name`,
    [JSON.stringify(assets.map(({ id }) => id))],
  )
  return Map.groupBy(rows.map(variantFromRow), ({ assetId }) => assetId)
}
