import { Readable } from 'node:stream'
import { lockAsset } from '../assets/lock.ts'
import type { Asset, MediaTrack } from '../domain/entities.ts'
import { trackKey } from '../domain/keys.ts'
import { NOTIFY_ASSET } from '../events/changes.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { trackFromRow } from '../kernel/sql/entities-from-rows.ts'
import { number } from '../kernel/sql/row-values.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { TrackText } from './text/read-track.ts'

/** The most text tracks of one asset: films have some 40 languages. */
export const MAX_TRACKS = 100

/** A track that is not stored yet. */
export interface NewTrack extends Pick<MediaTrack, 'kind' | 'lang' | 'label' | 'isDefault' | 'sourceIndex'> {
  readonly text: TrackText
}

/** Why a track was not stored. */
export type NotStored = 'asset_gone' | 'too_many' | 'extracted_before'

/**
 * Stores a track: its object first, then its row in one transaction, which also takes the default from the track that had
 * it. An object without its row is deleted at once; if the process dies in between, `scanOrphans` finds it. If the asset
 * has moved to another storage meanwhile, the track is stored there.
 */
export async function storeTrack(
  runtime: Runtime,
  { id, profile, storage, tenant }: Pick<Asset, 'id' | 'profile' | 'storage' | 'tenant'>,
  track: NewTrack,
  signal?: AbortSignal,
): Promise<MediaTrack | NotStored> {
  const storageKey = trackKey({ tenant, profile, assetId: id, random: runtime.randomText() })
  const { webVtt } = track.text
  await storageOf(runtime, storage).put(storageKey, Readable.from([webVtt]), {
    contentType: 'text/vtt',
    byteSize: webVtt.byteLength,
    ...(signal === undefined ? {} : { signal }),
  })
  // An error leaves open whether the transaction was committed, and so the object stays.
  const stored = await inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, id)
    if (asset === null || asset.state === 'trashed' || asset.state === 'deleted') return 'asset_gone'
    if (asset.storage !== storage) return { movedTo: asset.storage }
    return (await refusal(unit, id, track)) ?? insertTrack(runtime, unit, id, { ...track, storageKey })
  })
  if (typeof stored === 'string' || 'movedTo' in stored) await storageOf(runtime, storage).delete(storageKey)
  if (typeof stored === 'string' || !('movedTo' in stored)) return stored
  return storeTrack(runtime, { id, profile, tenant, storage: stored.movedTo }, track, signal)
}

/** The caller holds the asset's lock. */
async function refusal(unit: UnitOfWork, assetId: string, { sourceIndex }: NewTrack): Promise<NotStored | null> {
  const { rows } = await unit.executeSql(
    `select count(*)::int as tracks, (count(*) filter (where source_index = $2::int))::int as extracted
     from rindle.media_tracks where asset_id = $1::uuid`,
    [assetId, sourceIndex],
  )
  const [row = {}] = rows
  if (number(row, 'extracted') > 0) return 'extracted_before'
  return number(row, 'tracks') >= MAX_TRACKS ? 'too_many' : null
}

async function insertTrack(
  runtime: Runtime,
  unit: UnitOfWork,
  assetId: string,
  { kind, lang, label, isDefault, sourceIndex, storageKey, text }: NewTrack & Pick<MediaTrack, 'storageKey'>,
): Promise<MediaTrack> {
  if (isDefault) {
    await unit.executeSql(
      `update rindle.media_tracks set is_default = false, updated_at = now()
       where asset_id = $1::uuid and is_default and (kind = 'chapters') = ($2::text = 'chapters')`,
      [assetId, kind],
    )
  }
  const { rows } = await unit.executeSql(
    `insert into rindle.media_tracks
       (id, asset_id, kind, lang, label, is_default, source_index, storage_key, byte_size, cue_count)
     values ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::boolean, $7::int, $8::text, $9::bigint, $10::int)
     returning *`,
    [
      runtime.newId(),
      assetId,
      kind,
      lang,
      label,
      isDefault,
      sourceIndex,
      storageKey,
      text.webVtt.byteLength,
      text.cueCount,
    ],
  )
  await announceTracks(unit, assetId)
  return trackFromRow(rows[0] ?? {})
}

/** Tells subscribers, with the commit, that an asset's tracks have changed. */
export async function announceTracks(unit: UnitOfWork, assetId: string): Promise<void> {
  await unit.executeSql(
    `update rindle.media_assets as asset set updated_at = now() where id = $1::uuid returning ${NOTIFY_ASSET}`,
    [assetId],
  )
}
