import { type AssetParts, type AssetWithVariants, PARTS, partsFromRow } from '../../assets/read.ts'
import type { Asset } from '../../domain/entities.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { text } from '../../kernel/sql/row-values.ts'

/** Those of an asset that is gone. */
const NO_PARTS: AssetParts = { variants: [], tracks: [], hold: null }

/**
 * Returns the assets with their variants and tracks: as you read them, or by one query for all that were read without.
 * One entry per asset, in the same order.
 */
export async function withVariants<const As extends readonly (Asset | AssetWithVariants)[]>(
  runtime: Runtime,
  assets: As,
): Promise<{ readonly [K in keyof As]: AssetWithVariants }> {
  const bare = assets.filter((asset) => !('variants' in asset))
  const parts = bare.length === 0 ? new Map<string, AssetParts>() : await readParts(runtime, bare)
  const complete = assets.map(
    (asset): AssetWithVariants => ('variants' in asset ? asset : { ...asset, ...(parts.get(asset.id) ?? NO_PARTS) }),
  )
  return complete as { readonly [K in keyof As]: AssetWithVariants }
}

async function readParts(runtime: Runtime, assets: readonly Asset[]): Promise<ReadonlyMap<string, AssetParts>> {
  const { rows } = await runtime.database.executeSql(
    `select asset.id, ${PARTS} from rindle.media_assets as asset
     where asset.id in (select value::uuid from jsonb_array_elements_text($1::jsonb))`,
    [JSON.stringify(assets.map(({ id }) => id))],
  )
  return new Map(rows.map((row) => [text(row, 'id'), partsFromRow(row)]))
}
