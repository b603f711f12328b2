import type { SqlExecutor } from '@rindle/prisma'
import { ofTenant, type TenantOption, tenantParameter } from '../../kernel/sql/of-tenant.ts'
import { boolean, json, type Row, text, textOrNull, timeOrNull } from '../../kernel/sql/row-values.ts'
import { DELIVERABLE } from '../../kernel/sql/state-literals.ts'
import { FIRST_ID, PAGE_SIZE, pages } from '../pages.ts'

/** An object that moves with its asset. */
export interface MovableObject {
  readonly key: string
  readonly byteSize: number
  readonly contentType: string
  /** Lower-case hex, where the row has it. */
  readonly checksumSha256: string | null
  /** Whether the asset stays where it is when this object is gone: a row says that it is there. */
  readonly isNeeded: boolean
  /** Differs when a worker has written the object again. */
  readonly version: string
}

/** An asset with everything of it that moves. */
export interface MovableAsset {
  readonly id: string
  readonly profile: string
  readonly storage: string
  readonly original: MovableObject
  readonly parts: readonly MovableObject[]
  /** Purged variants whose objects may still be there: nothing copies them. */
  readonly purgedKeys: readonly string[]
  /** The state of its parts, for the guard of the update. */
  readonly signature: string
  /** Whether a worker makes a variant of it now, or copies an object to another key. */
  readonly isBusy: boolean
  /** Whether it stays where it was adopted. */
  readonly isInPlace: boolean
  /** Whether its original was found lost or damaged. */
  readonly isDamaged: boolean
}

/** The assets to move. */
export interface MoveScope extends TenantOption {
  readonly profiles: readonly string[]
  readonly to: string
  readonly from?: string | undefined
  readonly after?: string | undefined
}

/** The states in which an asset may move: its bytes are at their permanent key, and no promotion works on it. */
export const MOVABLE: string = `${DELIVERABLE}, 'trashed', 'quarantined'`

/** The objects of variants and tracks, with what tells that one has changed; `asset` is the alias of the row. */
export const SIGNATURE: string = `(select coalesce(string_agg(part, ',' order by part), '') from (
    select concat_ws(':', variant.id, variant.storage_key, variant.attempt, variant.state) as part
      from rindle.media_variants as variant where variant.asset_id = asset.id and variant.storage_key is not null
    union all
    select concat_ws(':', track.id, track.storage_key)
      from rindle.media_tracks as track where track.asset_id = asset.id) as parts)`

/** Whether a worker makes a variant now, or moves its objects into the trash; `asset` is the alias of the row. */
export const IS_BUSY: string = `(exists (select 1 from rindle.media_variants as variant
      where variant.asset_id = asset.id and variant.state = 'processing')
    or exists (select 1 from rindle.media_relocations as relocation
      where relocation.asset_id = asset.id))`

const MOVABLE_ASSET = `select asset.id, asset.profile, asset.storage, asset.storage_key, asset.byte_size,
    asset.content_type, asset.checksum_sha256, asset.original_damaged_at, asset.in_place,
    (select coalesce(jsonb_agg(jsonb_build_object('key', variant.storage_key, 'byteSize', variant.byte_size,
        'contentType', variant.content_type, 'attempt', variant.attempt, 'state', variant.state)), '[]'::jsonb)
      from rindle.media_variants as variant
      where variant.asset_id = asset.id and variant.storage_key is not null) as variants,
    (select coalesce(jsonb_agg(jsonb_build_object('key', track.storage_key, 'byteSize', track.byte_size,
        'isDamaged', track.damaged_at is not null)), '[]'::jsonb)
      from rindle.media_tracks as track where track.asset_id = asset.id) as tracks,
    ${SIGNATURE} as signature, ${IS_BUSY} as is_busy`

/** The condition of {@link movableAssets}; `$1` is an id, `$2` the profiles, `$3` the target, `$4` the source, `$5` a tenant. */
const IN_SCOPE = `state in (${MOVABLE}) and id > $1::uuid
  and profile in (select jsonb_array_elements_text($2::jsonb))
  and storage <> $3::text and ($4::text is null or storage = $4::text) and ${ofTenant('tenant', '$5')}`

/** What `countRows` takes for the assets of {@link movableAssets}. */
export function movableRows({ profiles, to, from, tenant, after = FIRST_ID }: MoveScope): readonly [string, unknown[]] {
  return [
    `rindle.media_assets where ${IN_SCOPE}`,
    [after, JSON.stringify(profiles), to, from ?? null, tenantParameter(tenant)],
  ]
}

/** Walks the assets that are in another storage than the target. */
export async function* movableAssets(
  database: SqlExecutor,
  { profiles, to, from, after, tenant }: MoveScope,
): AsyncGenerator<MovableAsset[]> {
  const sql = `${MOVABLE_ASSET}
    from (select * from rindle.media_assets where ${IN_SCOPE} order by id limit ${PAGE_SIZE}) as asset
    order by asset.id`
  const values = [JSON.stringify(profiles), to, from ?? null, tenantParameter(tenant)]
  for await (const rows of pages(database, sql, { after, values })) yield rows.map(movableAsset)
}

/** The asset as it is now, unless it is gone or cannot move any more. */
export async function movableAssetById(database: SqlExecutor, id: string): Promise<MovableAsset | null> {
  const { rows } = await database.executeSql(
    `${MOVABLE_ASSET} from rindle.media_assets as asset where id = $1::uuid and state in (${MOVABLE})`,
    [id],
  )
  return rows[0] === undefined ? null : movableAsset(rows[0])
}

interface VariantPart {
  readonly key: string
  readonly byteSize: number
  readonly contentType: string | null
  readonly attempt: number
  readonly state: string
}

interface TrackPart {
  readonly key: string
  readonly byteSize: number
  readonly isDamaged: boolean
}

const UNKNOWN_TYPE = 'application/octet-stream'

function movableAsset(row: Row): MovableAsset {
  const variants = json<readonly VariantPart[]>(row, 'variants')
  const kept = variants.filter(({ state }) => state !== 'purged')
  const tracks = json<readonly TrackPart[]>(row, 'tracks')
  return {
    id: text(row, 'id'),
    profile: text(row, 'profile'),
    storage: text(row, 'storage'),
    original: {
      key: text(row, 'storage_key'),
      byteSize: Number(row['byte_size']),
      contentType: textOrNull(row, 'content_type') ?? UNKNOWN_TYPE,
      checksumSha256: textOrNull(row, 'checksum_sha256'),
      isNeeded: true,
      version: '',
    },
    parts: [...kept.map(variantObject), ...tracks.map(trackObject)],
    purgedKeys: variants.filter(({ state }) => state === 'purged').map(({ key }) => key),
    signature: text(row, 'signature'),
    isBusy: boolean(row, 'is_busy'),
    isInPlace: boolean(row, 'in_place'),
    isDamaged: timeOrNull(row, 'original_damaged_at') !== null,
  }
}

function variantObject({ key, byteSize, contentType, attempt, state }: VariantPart): MovableObject {
  const isNeeded = state === 'ready' || state === 'stale'
  const facts = { key, byteSize, contentType: contentType ?? UNKNOWN_TYPE }
  return { ...facts, checksumSha256: null, isNeeded, version: String(attempt) }
}

function trackObject({ key, byteSize, isDamaged }: TrackPart): MovableObject {
  return { key, byteSize, contentType: 'text/vtt', checksumSha256: null, isNeeded: !isDamaged, version: '' }
}
