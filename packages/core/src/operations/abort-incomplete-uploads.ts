import { lockAsset } from '../assets/lock.ts'
import { releaseQuota } from '../assets/quota-usage.ts'
import { isRindleError } from '../domain/errors.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { type Row, text } from '../kernel/sql/row-values.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import { sizeProblem, verifyCompletion } from '../uploads/complete.ts'
import { completeMultipartUpload } from '../uploads/direct/multipart.ts'
import { planParts } from '../uploads/direct/part-plan.ts'
import { giveUpParts } from '../uploads/give-up.ts'
import { isPartial } from '../uploads/resumable/rows.ts'
import { type OpenSession, readSession } from '../uploads/sessions.ts'
import { transitionSession } from '../uploads/transition.ts'
import { countRows, type RowCount } from './count-rows.ts'
import { PAGE_SIZE, timedPages } from './pages.ts'
import { runOperation } from './run-operation.ts'
import { type StoppedStorage, StorageWatch } from './storage-watch.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link abortIncompleteUploads}. */
export interface AbortUploadsOptions extends WalkOptions {
  /** Asks the storages, counts the results, and changes nothing. @default false */
  readonly dryRun?: boolean
  /** Sessions at once. @default 4 */
  readonly concurrency?: number
}

/** The results of {@link abortIncompleteUploads}, real or foreseen. */
export interface AbortUploadsReport {
  /** Open sessions that had expired. */
  readonly sessionsFound: number
  readonly sessionsExpired: number
  /** Unfinished multipart and resumable uploads that were aborted in their storage. */
  readonly remoteAborted: number
  readonly errors: number
  /** Sessions whose file had arrived without a completion call: completed, and their assets promoted. */
  readonly sessionsVerified: number
  /** Storages that are down: their sessions were skipped after the first errors. */
  readonly stopped: readonly StoppedStorage[]
  readonly dryRun: boolean
  readonly interrupted: boolean
}

const DEFAULT_CONCURRENCY = 4
const OVERDUE = `state in ('initialized', 'signed', 'resuming', 'uploading', 'uploaded') and expires_at <`

/**
 * Ends the upload sessions that have expired. A file that has arrived is verified as {@link verifyCompletion} does, so
 * that a client that never called loses nothing; otherwise the session becomes `expired`, and its stored parts are
 * removed. Leaves staged objects to {@link cleanupOrphans}. Safe to repeat, to interrupt, and to run beside clients:
 * when two end a session at the same time, one wins.
 */
export async function abortIncompleteUploads(
  runtime: Runtime,
  options: AbortUploadsOptions = {},
): Promise<AbortUploadsReport> {
  const dryRun = options.dryRun ?? false
  const end = dryRun ? foreseeEnd : endSession
  return runOperation(runtime, { operation: 'abort_incomplete_uploads', scope: 'all', dry_run: dryRun }, async () => {
    const counts = { sessionsFound: 0, sessionsExpired: 0, remoteAborted: 0, errors: 0, sessionsVerified: 0 }
    const watch = new StorageWatch(runtime.logger)
    const each = async (row: Row): Promise<void> => {
      const sessionId = text(row, 'id')
      const storage = text(row, 'storage')
      if (watch.isStopped(storage)) return
      counts.sessionsFound += 1
      try {
        const ended = await end(runtime, sessionId)
        watch.answered(storage)
        if (ended === 'verified') counts.sessionsVerified += 1
        if (ended === 'expired' || ended === 'aborted') counts.sessionsExpired += 1
        if (ended === 'aborted') counts.remoteAborted += 1
      } catch (error) {
        counts.errors += 1
        watch.failed(storage, error, { sessionId }, 'An expired upload session could not be ended.')
      }
    }
    const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY
    const total = (): Promise<RowCount> =>
      countRows(runtime.database, `rindle.media_upload_sessions where ${OVERDUE} $1::timestamptz`, [
        runtime.now().toISOString(),
      ])
    const { interrupted } = await walk(watch.until(pagesOfOverdue(runtime), Object.keys(runtime.storages)), {
      ...options,
      concurrency,
      counts,
      each,
      total,
    })
    return { ...counts, stopped: watch.stopped, dryRun, interrupted }
  })
}

/** By the application's clock, which also set the time of expiry. */
function pagesOfOverdue(runtime: Runtime): AsyncIterable<Row[]> {
  // The page is cut before its assets are looked up by key: a join would rather read all assets.
  const sql = `select session.id, session.expires_at::text as at, asset.storage
    from (select id, expires_at, asset_id from rindle.media_upload_sessions
      where ${OVERDUE} $3::timestamptz
        and (expires_at, id) > ($1::timestamptz, $2::uuid)
      order by expires_at, id limit ${PAGE_SIZE}) as session
    cross join lateral (select storage from rindle.media_assets where id = session.asset_id limit 1) as asset
    order by session.expires_at, session.id`
  return timedPages(runtime.database, sql, [runtime.now().toISOString()])
}

/** `aborted`: expired, and aborted in the storage as well. `moved_on`: another process has ended it, or it failed. */
type Ended = 'verified' | 'expired' | 'aborted' | 'moved_on'

async function endSession(runtime: Runtime, sessionId: string): Promise<Ended> {
  const open = await readSession(runtime, sessionId)
  if (mayHaveArrived(open)) {
    const arrival = await verifyArrival(runtime, open)
    if (arrival !== 'nothing') return arrival
  }
  if (!(await expire(runtime, open))) return 'moved_on'
  const storage = storageOf(runtime, open.asset.storage)
  const hadParts = await giveUpParts(storage, { ...open, uploadKey: open.session.uploadKey })
  return hadParts ? 'aborted' : 'expired'
}

/** How {@link endSession} would end it, as far as reads can tell. */
async function foreseeEnd(runtime: Runtime, sessionId: string): Promise<Ended> {
  const open = await readSession(runtime, sessionId)
  const arrived = mayHaveArrived(open) ? await lookForArrival(runtime, open) : 'nothing'
  if (arrived !== 'nothing') return arrived
  return open.resumable === null && open.multipartUploadId === null ? 'expired' : 'aborted'
}

async function lookForArrival(runtime: Runtime, open: OpenSession): Promise<'verified' | 'moved_on' | 'nothing'> {
  // The offset of a resumable upload says that every byte is there.
  if (comesInPieces(open) || (await hasAllParts(runtime, open))) return 'verified'
  const object = await storageOf(runtime, open.asset.storage).head(open.session.uploadKey)
  if (object === undefined) return 'nothing'
  return sizeProblem(runtime, open, object) === null ? 'verified' : 'moved_on'
}

async function hasAllParts(runtime: Runtime, { session, asset, multipartUploadId }: OpenSession): Promise<boolean> {
  if (multipartUploadId === null || session.uploadLength === null) return false
  try {
    const parts = await storageOf(runtime, asset.storage).multipart.listParts(session.uploadKey, multipartUploadId)
    return parts.length === planParts(session.uploadLength).partCount
  } catch (error) {
    // Assembled already, or aborted.
    if (isRindleError(error, 'storage_object_missing')) return false
    throw error
  }
}

/** Whether an offset says how much of it is there. */
function comesInPieces({ session }: Pick<OpenSession, 'session'>): boolean {
  return session.uploadStrategy === 'resumable' || session.uploadStrategy === 'fetched'
}

/** The object of a resumable upload may be only its first half. */
function mayHaveArrived({ session }: OpenSession): boolean {
  if (!comesInPieces({ session })) return true
  if (isPartial(session)) return false
  return session.uploadLength !== null && session.lastKnownOffset === session.uploadLength
}

async function verifyArrival(runtime: Runtime, open: OpenSession): Promise<'verified' | 'moved_on' | 'nothing'> {
  const isMultipart = open.multipartUploadId !== null && open.session.uploadStrategy === 'multipart'
  try {
    await (isMultipart ? completeMultipartUpload : verifyCompletion)(runtime, open.session.id)
    return 'verified'
  } catch (error) {
    if (isRindleError(error, 'storage_object_missing')) return 'nothing'
    // Rejected: the session has failed, and the log names the reason. Ended: by its client, at this moment.
    if (isRindleError(error, 'upload_rejected') || isRindleError(error, 'session_expired')) return 'moved_on'
    throw error
  }
}

async function expire(runtime: Runtime, { session, asset }: OpenSession): Promise<boolean> {
  const isExpired = await inTransaction(runtime, undefined, async (unit) => {
    await lockAsset(unit, asset.id)
    const isOurs = await transitionSession(unit, session.id, 'expired', { changes: { failureReason: 'expired' } })
    if (isOurs) await releaseQuota(unit, [asset.id])
    return isOurs
  })
  const fields = { sessionId: session.id, assetId: asset.id, code: 'expired' }
  if (isExpired) runtime.logger.warn(fields, 'An upload session has expired.')
  return isExpired
}
