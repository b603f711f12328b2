import type { SqlExecutor } from '@rindle/prisma'
import { slotOf } from '../../attachments/slot.ts'
import type { Asset, MediaTrack, Owner } from '../../domain/entities.ts'
import { assetFromRow, trackFromRow } from '../../kernel/sql/entities-from-rows.ts'
import { ofTenant, type TenantOption, tenantParameter } from '../../kernel/sql/of-tenant.ts'
import { json, number } from '../../kernel/sql/row-values.ts'
import { DELIVERABLE } from '../../kernel/sql/state-literals.ts'
import { PAGE_SIZE, pages } from '../pages.ts'

/** A claim of the owner on an asset. */
export interface OwnedAttachment {
  readonly slot: string
  readonly position: number
  readonly createdAt: string
  /** Since when the asset is in the trash; `null`: it is not. */
  readonly trashedAt: string | null
}

/** An asset of an owner, with its claims and text tracks. */
export interface OwnedAsset {
  readonly asset: Asset
  readonly attachments: readonly OwnedAttachment[]
  readonly tracks: readonly MediaTrack[]
}

// $2 and $3 are the owner, $4 is the tenant.
const CLAIMS = `select asset_id, slot, position, created_at, null::timestamptz as trashed_at
    from rindle.media_attachments where owner_type = $2::text and owner_id = $3::text
  union all
  select asset_id, slot, position, created_at, trashed_at
    from rindle.media_trashed_attachments where owner_type = $2::text and owner_id = $3::text`

const HAS_FILE = `state in (${DELIVERABLE}, 'trashed')`

/** Walks the assets that an owner holds, those in the trash as well, whose files are verified and there. */
export async function* ownedAssets(
  database: SqlExecutor,
  owner: Owner,
  scope: TenantOption,
): AsyncGenerator<OwnedAsset[]> {
  const sql = `with claims as (${CLAIMS}), page as (
      select * from rindle.media_assets
      where id > $1::uuid and id in (select asset_id from claims) and ${HAS_FILE} and ${ofTenant('tenant', '$4')}
      order by id limit ${PAGE_SIZE})
    select page.*,
      (select jsonb_agg(jsonb_build_object('slot', slot, 'position', position, 'createdAt', created_at,
          'trashedAt', trashed_at) order by slot, position)
        from claims where asset_id = page.id) as attachments
    from page order by page.id`
  for await (const rows of pages(database, sql, { values: ownerValues(owner, scope) })) {
    const tracks = await tracksOf(
      database,
      rows.map((row) => String(row['id'])),
    )
    yield rows.map((row) => {
      const asset = assetFromRow(row)
      const attachments = json<readonly OwnedAttachment[]>(row, 'attachments')
      return { asset, attachments, tracks: tracks.get(asset.id) ?? [] }
    })
  }
}

/** The number of assets that {@link ownedAssets} yields, and of those that have no file to give yet, or never will. */
export async function countOwned(
  database: SqlExecutor,
  owner: Owner,
  scope: TenantOption,
): Promise<{ readonly files: number; readonly withoutFile: number }> {
  const { rows } = await database.executeSql(
    `with claims as (${CLAIMS})
     select count(*) filter (where ${HAS_FILE})::int as files, count(*) filter (where not (${HAS_FILE}))::int as without
     from rindle.media_assets where id in (select asset_id from claims) and $1::text is not null and ${ofTenant('tenant', '$4')}`,
    ['', ...ownerValues(owner, scope)],
  )
  return { files: number(rows[0] ?? {}, 'files'), withoutFile: number(rows[0] ?? {}, 'without') }
}

async function tracksOf(
  database: SqlExecutor,
  assetIds: readonly string[],
): Promise<ReadonlyMap<string, readonly MediaTrack[]>> {
  const { rows } = await database.executeSql(
    `select * from rindle.media_tracks
     where asset_id in (select jsonb_array_elements_text($1::jsonb)::uuid) order by asset_id, id`,
    [JSON.stringify(assetIds)],
  )
  return Map.groupBy(rows.map(trackFromRow), ({ assetId }) => assetId)
}

/** `invalid_input` for a malformed owner. */
function ownerValues(owner: Owner, { tenant }: TenantOption): readonly (string | null)[] {
  const { ownerType, ownerId } = slotOf(owner, 'any')
  return [ownerType, ownerId, tenantParameter(tenant)]
}
