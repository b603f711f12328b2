import type { SqlExecutor } from '@rindle/prisma'
import type { Asset } from '../domain/entities.ts'
import { assetEvent, type HookEventType } from '../domain/hook-events.ts'
import type { RowReason } from '../domain/reasons.ts'
import type { AssetState } from '../domain/states.ts'
import { sourcesOf } from '../domain/transitions.ts'
import { NOTIFY_ASSET } from '../events/changes.ts'
import { DELIVERIES, eventRows, lastHolder, requestDeliveries, wantedEvent } from '../kernel/outbox.ts'
import { adapterNameOf, type Runtime } from '../kernel/runtime.ts'
import { assetFromRow } from '../kernel/sql/entities-from-rows.ts'
import { type ColumnsOf, givenColumns } from '../kernel/sql/given-columns.ts'
import { text } from '../kernel/sql/row-values.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import { releaseQuota, settleQuota } from './quota-usage.ts'

/** Columns that may change together with an asset's state; absent fields stay. */
export interface AssetChanges {
  readonly kind?: Asset['kind']
  readonly storageKey?: string
  readonly filename?: string
  readonly contentType?: string
  readonly byteSize?: number
  readonly checksumSha256?: string
  readonly etag?: string
  readonly width?: number | null
  readonly height?: number | null
  readonly durationMs?: number | null
  readonly hasVideoTrack?: boolean | null
  readonly hasAudioTrack?: boolean | null
  readonly metadata?: Asset['metadata']
  readonly thumbHash?: Asset['thumbHash']
  readonly errorReason?: RowReason
  /** The same as a sentence: clean, because the row stores it. */
  readonly errorMessage?: string
}

const COLUMNS: ColumnsOf<keyof AssetChanges> = {
  kind: ['kind', 'text'],
  storageKey: ['storage_key', 'text'],
  filename: ['filename', 'text'],
  contentType: ['content_type', 'text'],
  byteSize: ['byte_size', 'bigint'],
  checksumSha256: ['checksum_sha256', 'text'],
  etag: ['etag', 'text'],
  width: ['width', 'int'],
  height: ['height', 'int'],
  durationMs: ['duration_ms', 'bigint'],
  hasVideoTrack: ['has_video_track', 'boolean'],
  hasAudioTrack: ['has_audio_track', 'boolean'],
  metadata: ['metadata', 'jsonb'],
  thumbHash: ['thumb_hash', 'text'],
  errorReason: ['error_reason', 'text'],
  errorMessage: ['error_message', 'text'],
}

/**
 * A reason to wait or to refuse is over once the asset moves on. Damage of its original is not, and a deleted asset
 * keeps the reason of its refusal.
 */
const FORGOTTEN = ['error_reason', 'error_message']

/** Options of {@link transitionAsset}. */
interface AssetTransitionOptions {
  readonly from?: readonly AssetState[]
  readonly changes?: AssetChanges
  /** Of an asset that goes into the trash: when it is purged. @default 0 */
  readonly purgeAfterSeconds?: number
  /** The type of the event for hooks. @default that of the state */
  readonly event?: HookEventType
}

/** States that no hook can want to hear of, so that reaching one needs no job. */
type UnheardState = 'analyzing' | 'promoting'

/**
 * Moves an asset to a state, if its current state leads there (`from` narrows that further), clears its waiting reason,
 * and emits the event with the unit's commit. The same statement writes the event for the hooks that want it. Returns
 * the new row, or `null` for a lost race: another process moved it first.
 */
export async function transitionAsset(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Pick<Asset, 'id' | 'profile' | 'storage'>,
  to: AssetState,
  options?: AssetTransitionOptions,
): Promise<Asset | null>
export async function transitionAsset(
  runtime: Runtime,
  unit: Omit<UnitOfWork, 'enqueue'>,
  asset: Pick<Asset, 'id' | 'profile' | 'storage'>,
  to: UnheardState,
  options?: AssetTransitionOptions,
): Promise<Asset | null>
export async function transitionAsset(
  runtime: Runtime,
  unit: Omit<UnitOfWork, 'enqueue'> & Partial<Pick<UnitOfWork, 'enqueue'>>,
  asset: Pick<Asset, 'id' | 'profile' | 'storage'>,
  to: AssetState,
  options: AssetTransitionOptions = {},
): Promise<Asset | null> {
  const legal = sourcesOf('asset', to)
  const from = legal.filter((state) => options.from === undefined || options.from.includes(state))
  const { record, assignments, values } = givenColumns(COLUMNS, options.changes ?? {})
  const forgotten = FORGOTTEN.filter((column) => to !== 'deleted' && !(column in values)).map(
    (column) => `, ${column} = case when asset.original_damaged_at is null then null else asset.${column} end`,
  )
  const before = `before as (select id, state from rindle.media_assets where id = $1::uuid for no key update)`
  const moving = `update rindle.media_assets as asset
     set state = $2::text, waiting_since = null, updated_at = now()${trashColumns(to)}${assignments}${forgotten.join('')}
     from before, jsonb_to_record($4::jsonb) as given(purge_after_seconds float8${record})
     where asset.id = before.id and before.state in (select jsonb_array_elements_text($3::jsonb))
     returning asset.*, before.state as previous_state, ${NOTIFY_ASSET}`
  const numbers = { ...values, purge_after_seconds: options.purgeAfterSeconds ?? 0 }
  const given = [asset.id, to, JSON.stringify(from), JSON.stringify(numbers)]
  const event = await wantedEvent(runtime, unit, options.event ?? assetEvent(to), [asset.profile])
  const { rows } =
    event === null
      ? await unit.executeSql(`with ${before} ${moving}`, given)
      : await unit.executeSql(
          `with ${before}, moved as (${moving}), ${eventRows(HAPPENED)} select moved.*, ${DELIVERIES} from moved`,
          [...given, runtime.newId(), event],
        )
  const row = rows[0]
  if (row === undefined) return null
  // A unit without jobs only ever reaches states that nobody hears of.
  if (event !== null) requestDeliveries(unit as UnitOfWork, row)
  if (row['quota_account'] !== null) await recountQuota(unit, asset.id, to, options.changes)
  const previous = text(row, 'previous_state') as AssetState
  const adapter = adapterNameOf(runtime, asset.storage)
  unit.emit('rindle.asset.state_change', { profile: asset.profile, adapter, from: previous, to })
  return assetFromRow(row)
}

/** A deleted asset keeps its times. */
function trashColumns(to: AssetState): string {
  if (to === 'trashed') {
    return ', trashed_at = now(), purge_at = now() + make_interval(secs => given.purge_after_seconds)'
  }
  return to === 'deleted' ? '' : ', trashed_at = null, purge_at = null'
}

/** The account gets back what a purge frees, and what an upload did not need. */
async function recountQuota(sql: SqlExecutor, assetId: string, to: AssetState, changes?: AssetChanges): Promise<void> {
  if (to === 'deleted') await releaseQuota(sql, [assetId])
  else if (changes?.byteSize !== undefined) await settleQuota(sql, assetId, changes.byteSize)
}

const HAPPENED = `select $5::uuid as id, moved.id as asset_id, moved.profile, $6::text as type,
    jsonb_build_object('state', moved.state, 'reason', moved.error_reason, 'owner', holder.owner, 'slot', holder.slot)
      as payload
  from moved ${lastHolder('moved.id')}`
