import type { MediaTrack } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'

/** The facts about an object in its text track's row. */
export type StoredTrack = Pick<MediaTrack, 'id' | 'storageKey' | 'byteSize'> & {
  /** Whether it was found lost or damaged before. */
  readonly isDamaged: boolean
}

/**
 * Notes on a track's row that its object is gone or has another size, or that it is whole again; a dry run changes
 * nothing. `moved_on`: it was removed meanwhile. Safe to repeat.
 */
export async function noteTrack(
  { database, logger }: Runtime,
  { id: assetId }: { readonly id: string },
  { track, isThere, isDryRun }: { readonly track: StoredTrack; readonly isThere: boolean; readonly isDryRun: boolean },
): Promise<'whole' | 'lost' | 'moved_on'> {
  if (isThere && !track.isDamaged) return 'whole'
  const { rows } = await database.executeSql(
    isDryRun
      ? 'select 1 from rindle.media_tracks where id = $1::uuid and $2::boolean is not null'
      : `update rindle.media_tracks
         set damaged_at = case when $2::boolean then null else coalesce(damaged_at, now()) end, updated_at = now()
         where id = $1::uuid returning id`,
    [track.id, isThere],
  )
  if (rows.length === 0) return 'moved_on'
  if (isThere) return 'whole'
  const fields = { assetId, trackId: track.id, code: 'object_missing' }
  logger.error(fields, 'Data loss. The object of a text track is gone, or has another size: add the track again.')
  return 'lost'
}
