import type { Asset } from '../domain/entities.ts'
import type { RowReason } from '../domain/reasons.ts'
import type { AssetState } from '../domain/states.ts'
import { sourcesOf } from '../domain/transitions.ts'
import { NOTIFY_ASSET } from '../events/changes.ts'
import { adapterNameOf, type Runtime } from '../kernel/runtime.ts'
import { assetFromRow } from '../kernel/sql/entities-from-rows.ts'
import { type ColumnsOf, givenColumns } from '../kernel/sql/given-columns.ts'
import { text } from '../kernel/sql/row-values.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'

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
  errorReason: ['error_reason', 'text'],
  errorMessage: ['error_message', 'text'],
}

/**
 * A reason to wait or to refuse is over once the asset moves on. Damage of its original is not, and a deleted asset
 * keeps the reason of its refusal.
 */
const FORGOTTEN = ['error_reason', 'error_message']

/**
 * Moves an asset to a state, if its current state leads there (`from` narrows that further), clears its waiting reason,
 * and emits the event with the unit's commit. Returns the new row, or `null` for a lost race: another process moved it
 * first.
 */
export async function transitionAsset(
  runtime: Runtime,
  unit: Omit<UnitOfWork, 'enqueue'>,
  asset: Pick<Asset, 'id' | 'profile' | 'storage'>,
  to: AssetState,
  options: { readonly from?: readonly AssetState[]; readonly changes?: AssetChanges } = {},
): Promise<Asset | null> {
  const legal = sourcesOf('asset', to)
  const from = legal.filter((state) => options.from === undefined || options.from.includes(state))
  const { record, assignments, values } = givenColumns(COLUMNS, options.changes ?? {})
  const forgotten = FORGOTTEN.filter((column) => to !== 'deleted' && !(column in values)).map(
    (column) => `, ${column} = case when asset.original_damaged_at is null then null else asset.${column} end`,
  )
  const { rows } = await unit.executeSql(
    `with before as (select id, state from rindle.media_assets where id = $1::uuid for no key update)
     update rindle.media_assets as asset
     set state = $2::text, waiting_since = null, updated_at = now()${assignments}${forgotten.join('')}
     from before, jsonb_to_record($4::jsonb) as given(given boolean${record})
     where asset.id = before.id and before.state in (select jsonb_array_elements_text($3::jsonb))
     returning asset.*, before.state as previous_state, ${NOTIFY_ASSET}`,
    [asset.id, to, JSON.stringify(from), JSON.stringify(values)],
  )
  const row = rows[0]
  if (row === undefined) return null
  const previous = text(row, 'previous_state') as AssetState
  const adapter = adapterNameOf(runtime, asset.storage)
  unit.emit('rindle.asset.state_change', { profile: asset.profile, adapter, from: previous, to })
  return assetFromRow(row)
}
