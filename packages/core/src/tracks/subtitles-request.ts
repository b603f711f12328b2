import type { Asset } from '../domain/entities.ts'
import type { JsonObject } from '../domain/errors.ts'
import { subtitlesKey } from '../domain/queues.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import type { JobRequest } from '../ports/jobs.ts'

/** The queue for what takes minutes. */
export const SUBTITLES_QUEUE = 'rindle_media'

/** The job that extracts the subtitles of an asset. Pure. */
export function subtitlesRequest(assetId: string): JobRequest {
  return { queue: SUBTITLES_QUEUE, key: subtitlesKey(assetId), payload: { assetId, extract: 'subtitles' } }
}

/** Whether the payload of a job asks for the subtitles of an asset. Pure. */
export function isSubtitlesPayload({ assetId, extract }: JsonObject): boolean {
  return typeof assetId === 'string' && assetId !== '' && extract === 'subtitles'
}

/** Notes that the subtitles of a film or of sound are to be extracted, and enqueues the job, in the same transaction. */
export async function requestSubtitles(unit: UnitOfWork, { id, kind }: Pick<Asset, 'id' | 'kind'>): Promise<void> {
  if (kind !== 'video' && kind !== 'audio') return
  await unit.executeSql('update rindle.media_assets set subtitles_wanted_at = now() where id = $1::uuid', [id])
  unit.enqueue(subtitlesRequest(id))
}

/** Enqueues the job again if the subtitles are still to be extracted: no job came for them while nothing was delivered. */
export async function renewSubtitlesRequest(unit: UnitOfWork, assetId: string): Promise<void> {
  const { rows } = await unit.executeSql(
    'select 1 from rindle.media_assets where id = $1::uuid and subtitles_wanted_at is not null',
    [assetId],
  )
  if (rows.length > 0) unit.enqueue(subtitlesRequest(assetId))
}
