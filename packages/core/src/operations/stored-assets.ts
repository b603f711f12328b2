import type { SqlExecutor } from '@rindle/prisma'
import { ofTenant, type TenantOption, tenantParameter } from '../kernel/sql/of-tenant.ts'
import { json, type Row, text, textOrNull, timeOrNull } from '../kernel/sql/row-values.ts'
import { DELIVERABLE } from '../kernel/sql/state-literals.ts'
import { PAGE_SIZE, pages } from './pages.ts'
import type { StoredOriginal } from './stored-originals.ts'
import type { StoredTrack } from './stored-tracks.ts'
import type { StoredVariant } from './stored-variants.ts'

/** An asset whose objects should be in its storage. */
export interface StoredAsset extends StoredOriginal {
  readonly variants: readonly StoredVariant[]
  readonly tracks: readonly StoredTrack[]
}

/** The assets to walk, and the variants of them. */
export interface StoredAssetsOptions extends TenantOption {
  readonly profiles: readonly string[]
  readonly variant?: string
  readonly storage?: string
  readonly after?: string
}

/** Walks the deliverable assets with their tracks, and their variants that have an object or should have one. */
export async function* storedAssets(
  database: SqlExecutor,
  { profiles, variant, storage, after, tenant }: StoredAssetsOptions,
): AsyncGenerator<StoredAsset[]> {
  const sql = `select asset.*,
      coalesce(jsonb_agg(jsonb_build_object('id', variant.id, 'name', variant.name, 'state', variant.state,
        'attempt', variant.attempt, 'storageKey', variant.storage_key, 'byteSize', variant.byte_size))
        filter (where variant.id is not null), '[]'::jsonb) as variants,
      (select coalesce(jsonb_agg(jsonb_build_object('id', track.id, 'storageKey', track.storage_key,
          'byteSize', track.byte_size, 'isDamaged', track.damaged_at is not null) order by track.id), '[]'::jsonb)
        from rindle.media_tracks as track where track.asset_id = asset.id) as tracks
    from (select id, storage, storage_key, byte_size, checksum_sha256, original_damaged_at
      from rindle.media_assets
      where state in (${DELIVERABLE})
        and profile in (select jsonb_array_elements_text($2::jsonb)) and id > $1::uuid
        and ($4::text is null or storage = $4::text) and ${ofTenant('tenant', '$5')}
      order by id limit ${PAGE_SIZE}) as asset
    left join rindle.media_variants as variant on variant.asset_id = asset.id
      and variant.state in ('ready', 'stale', 'missing', 'failed') and variant.storage_key is not null
      and ($3::text is null or variant.name = $3::text)
    group by asset.id, asset.storage, asset.storage_key, asset.byte_size, asset.checksum_sha256,
      asset.original_damaged_at
    order by asset.id`
  const values = [JSON.stringify(profiles), variant ?? null, storage ?? null, tenantParameter(tenant)]
  for await (const rows of pages(database, sql, { after, values })) yield rows.map(storedAsset)
}

function storedAsset(row: Row): StoredAsset {
  return {
    id: text(row, 'id'),
    storage: text(row, 'storage'),
    storageKey: text(row, 'storage_key'),
    byteSize: Number(row['byte_size']),
    checksumSha256: textOrNull(row, 'checksum_sha256'),
    isDamaged: timeOrNull(row, 'original_damaged_at') !== null,
    variants: json<readonly StoredVariant[]>(row, 'variants'),
    tracks: json<readonly StoredTrack[]>(row, 'tracks'),
  }
}
