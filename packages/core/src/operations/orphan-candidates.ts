import { validate } from 'uuid'
import { companionOwner } from '../domain/keys.ts'
import { deletionKey } from '../domain/queues.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { number } from '../kernel/sql/row-values.ts'
import { IN_FLIGHT, OPEN_SESSION } from '../kernel/sql/state-literals.ts'

/** Something in a storage that no row knows. */
export interface Orphan {
  /** The name of the storage. */
  readonly storage: string
  readonly key: string
  /** `null` for an unfinished multipart upload. */
  readonly byteSize: number | null
  /** When it was written, or begun. */
  readonly at: Date
}

/** What a storage has listed. */
export interface Candidate extends Orphan {
  /** Of an unfinished multipart upload. */
  readonly uploadId: string | null
}

/**
 * Those that no row names. An object is known by its key, in whichever storage its row has it: two configured storages
 * may lead to one bucket. A staged object is its asset's until that is promoted; what then still lies there is nobody's.
 * An unfinished upload, and a piece of one, is known by the open session that it belongs to. What an earlier attempt left
 * at the key of a variant that waits or is being made is known too: a worker may put it there anew at any moment, and its
 * row names it only then.
 */
export async function withoutRow(runtime: Runtime, candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
  if (candidates.length === 0) return []
  const { rows } = await runtime.database.executeSql(
    `select position::int as position
     from jsonb_to_recordset($1::jsonb) as candidate(
       position int, key text, owner text, "assetId" uuid, "uploadId" text)
     where case when "uploadId" is null
       then not exists (select 1 from rindle.media_assets where storage_key = candidate.key)
         and not exists (select 1 from rindle.media_variants where storage_key = candidate.key)
         and not exists (select 1 from rindle.media_variants
           where asset_id = candidate."assetId" and state in (${IN_FLIGHT})
             and starts_with(split_part(candidate.key, '/', 3), name || '-' || left(recipe_digest, 16)))
         and not exists (select 1 from rindle.media_upload_sessions
           where upload_key = candidate.owner and state in (${OPEN_SESSION}))
       else not exists (
         select 1 from rindle.media_upload_sessions as session
         where session.upload_key = candidate.key and session.multipart_upload_id = candidate."uploadId"
           and session.state in (${OPEN_SESSION}))
     end`,
    [
      JSON.stringify(
        candidates.map(({ key, uploadId }, position) => {
          const assetId = assetIdIn(key)
          return { position, key, owner: companionOwner(key), assetId: validate(assetId) ? assetId : null, uploadId }
        }),
      ),
    ],
  )
  const unknown = new Set(rows.map((row) => number(row, 'position')))
  return candidates.filter((_candidate, position) => unknown.has(position))
}

/** A replaced object is known to the job that deletes it when the last URL of it has expired. */
export async function withoutDeletion(
  runtime: Runtime,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  if (candidates.length === 0) return []
  const jobKeyOf = ({ key }: Candidate): string => deletionKey(assetIdIn(key), key)
  const live = await runtime.jobs.findLive('rindle_purge', candidates.map(jobKeyOf))
  return candidates.filter((candidate) => !live.has(jobKeyOf(candidate)))
}

/** Permanent keys begin with profile and asset; of another key it is no id, or of no asset. */
function assetIdIn(key: string): string {
  return key.split('/')[1] ?? ''
}
