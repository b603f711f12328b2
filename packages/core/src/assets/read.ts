import { validate } from 'uuid'
import type { Asset, Hold, MediaTrack, Variant } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assetFromRow, holdFromRow, trackFromRow, variantFromRow } from '../kernel/sql/entities-from-rows.ts'
import { json, type Row, text } from '../kernel/sql/row-values.ts'

/** An asset, by its row or by any object with its id. */
export type AssetReference = { readonly id: string }

/** The parts of an asset that a page shows beside its original. */
export interface AssetParts {
  /** Sorted by name. */
  readonly variants: readonly Variant[]
  /** The oldest first; extracted ones in the order of their source. */
  readonly tracks: readonly MediaTrack[]
  /** `null`: it is not on hold. */
  readonly hold: Hold | null
}

/** An asset with its variants, sorted by name, its text tracks and its hold. */
export type AssetWithVariants<P extends string = string> = Asset<P> & AssetParts

/** Columns of a statement that reads `media_assets as asset`, for {@link partsFromRow}. */
export const PARTS = `
  (select coalesce(jsonb_agg(to_jsonb(variant) order by variant.name), '[]'::jsonb)
   from rindle.media_variants as variant where variant.asset_id = asset.id) as variants,
  (select coalesce(jsonb_agg(to_jsonb(track) order by track.id), '[]'::jsonb)
   from rindle.media_tracks as track where track.asset_id = asset.id) as tracks,
  (select to_jsonb(hold) from rindle.media_holds as hold
   where hold.asset_id = asset.id and (hold.until is null or hold.until > now())) as hold`

/** Reads the columns of {@link PARTS}. */
export function partsFromRow(row: Row): AssetParts {
  const hold = json<Row | null | undefined>(row, 'hold') ?? null
  return {
    variants: json<readonly Row[]>(row, 'variants').map(variantFromRow),
    tracks: json<readonly Row[]>(row, 'tracks').map(trackFromRow),
    hold: hold === null ? null : holdFromRow(hold),
  }
}

/**
 * Returns assets with their variants and tracks, by id, without absent ones. One statement, so that the states of an
 * asset and of its variants are of the same instant.
 */
export async function assetsById(
  runtime: Runtime,
  ids: readonly string[],
): Promise<ReadonlyMap<string, AssetWithVariants>> {
  if (ids.length === 0) return new Map()
  const { rows } = await runtime.database.executeSql(
    `select asset.*, ${PARTS} from rindle.media_assets as asset
     where asset.id in (select value::uuid from jsonb_array_elements_text($1::jsonb))`,
    [JSON.stringify(ids)],
  )
  return new Map(rows.map((row) => [text(row, 'id'), { ...assetFromRow(row), ...partsFromRow(row) }]))
}

/** One asset with its variants and tracks; `null` for an id that names none, a text that is no UUID among them. */
export async function assetById(runtime: Runtime, id: string): Promise<AssetWithVariants | null> {
  if (!validate(id)) return null
  return (await assetsById(runtime, [id])).get(id) ?? null
}
