import { validate } from 'uuid'
import { assetIdIn, companionOwner } from '../domain/keys.ts'
import { deletionKey } from '../domain/queues.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { number } from '../kernel/sql/row-values.ts'
import { IN_FLIGHT, OPEN_SESSION } from '../kernel/sql/state-literals.ts'

/** An object in a storage that no row refers to. */
export interface Orphan {
  /** The name of the storage. */
  readonly storage: string
  readonly key: string
  /** `null` for an unfinished multipart upload. */
  readonly byteSize: number | null
  /** The time at which it was written or begun. */
  readonly at: Date
}

/** An entry of a storage's listing. */
export interface Candidate extends Orphan {
  /** Only for an unfinished multipart upload. */
  readonly uploadId: string | null
}

/**
 * Returns the candidates that no row refers to. An object is known by its key, in the storage of any row: two
 * configured storages may lead to one bucket. A staged object belongs to its asset until that is promoted; afterwards
 * it is an orphan. An unfinished upload, or a piece of one, belongs to its open session. An object at the key of a
 * variant that waits or is being made is not an orphan either: a worker may write it again at any moment, and its row
 * names it only then. Whatever a moved asset has left in a storage, or a move copies there, is accounted for.
 */
export async function withoutRow(runtime: Runtime, candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
  if (candidates.length === 0) return []
  const { rows } = await runtime.database.executeSql(
    `select position::int as position
     from jsonb_to_recordset($1::jsonb) as candidate(
       position int, key text, file text, storage text, owner text, "assetId" uuid, "uploadId" text)
     where case when "uploadId" is null
       then not exists (select 1 from rindle.media_assets where storage_key = candidate.key)
         and not exists (select 1 from rindle.media_variants where storage_key = candidate.key)
         and not exists (select 1 from rindle.media_tracks where storage_key = candidate.key)
         and not exists (select 1 from rindle.media_relocations where to_key = candidate.key)
         and not exists (select 1 from rindle.media_relocations where from_key = candidate.key)
         and not exists (select 1 from rindle.media_variants
           where asset_id = candidate."assetId" and state in (${IN_FLIGHT})
             and starts_with(candidate.file, name || '-' || left(recipe_digest, 16)))
         and not exists (select 1 from rindle.media_moves
           where asset_id = candidate."assetId" and storage = candidate.storage)
         and not exists (select 1 from rindle.media_upload_sessions
           where upload_key = candidate.owner and state in (${OPEN_SESSION}))
       else not exists (
         select 1 from rindle.media_upload_sessions as session
         where session.upload_key = candidate.key and session.multipart_upload_id = candidate."uploadId"
           and session.state in (${OPEN_SESSION}))
     end`,
    [
      JSON.stringify(
        candidates.map(({ key, storage, uploadId }, position) => {
          const assetId = assetIdIn(key)
          const file = key.slice(key.lastIndexOf('/') + 1)
          const owner = companionOwner(key)
          return { position, key, file, storage, owner, assetId: validate(assetId) ? assetId : null, uploadId }
        }),
      ),
    ],
  )
  const unknown = new Set(rows.map((row) => number(row, 'position')))
  return candidates.filter((_candidate, position) => unknown.has(position))
}

/** Leaves out replaced objects that wait for their deletion job, until their last URL has expired. */
export async function withoutDeletion(
  runtime: Runtime,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  if (candidates.length === 0) return []
  const jobKeyOf = ({ key }: Candidate): string => deletionKey(assetIdIn(key), key)
  const live = await runtime.jobs.findLive('rindle_purge', candidates.map(jobKeyOf))
  return candidates.filter((candidate) => !live.has(jobKeyOf(candidate)))
}
