import { isRindleError } from '../domain/errors.ts'
import { errorFields } from '../ports/logger.ts'
import { type Row, text } from '../rows/row-values.ts'
import { type Runtime, storageOf } from '../runtime.ts'
import { inTransaction } from '../unit-of-work.ts'
import { giveUpParts } from '../uploads/give-up.ts'
import { completeMultipartUpload } from '../uploads/multipart.ts'
import { type OpenSession, readSession, transitionSession } from '../uploads/session-rows.ts'
import { verifyCompletion } from '../uploads/verify-completion.ts'
import { lockAsset } from '../variants/lock-asset.ts'
import { PAGE_SIZE, timedPages } from './pages.ts'
import { runOperation } from './run-operation.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link abortIncompleteUploads}. */
export interface AbortUploadsOptions extends WalkOptions {
  /** Sessions at once. @default 4 */
  readonly concurrency?: number
}

/** What {@link abortIncompleteUploads} did. */
export interface AbortUploadsReport {
  /** Open sessions whose time had run out. */
  readonly sessionsFound: number
  readonly sessionsExpired: number
  /** Unfinished multipart and resumable uploads that were given up in their storage. */
  readonly remoteAborted: number
  readonly errors: number
  /** Sessions whose file had arrived although nobody said so: completed, and their assets promoted. */
  readonly sessionsVerified: number
  readonly interrupted: boolean
}

const DEFAULT_CONCURRENCY = 4

/**
 * Ends the upload sessions whose time has run out. A file that has arrived is verified as {@link verifyCompletion} does,
 * so that a client that never called loses nothing; otherwise the session becomes `expired`, and the parts that its
 * storage holds are given up. Staged objects are left to {@link cleanupOrphans}. Safe to repeat, to interrupt, and to run
 * beside clients: of two that end a session at the same time one wins.
 */
export async function abortIncompleteUploads(
  runtime: Runtime,
  options: AbortUploadsOptions = {},
): Promise<AbortUploadsReport> {
  return runOperation(runtime, { operation: 'abort_incomplete_uploads', scope: 'all', dry_run: false }, async () => {
    const counts = { sessionsFound: 0, sessionsExpired: 0, remoteAborted: 0, errors: 0, sessionsVerified: 0 }
    const each = async (row: Row): Promise<void> => {
      const sessionId = text(row, 'id')
      counts.sessionsFound += 1
      try {
        const ended = await endSession(runtime, sessionId)
        if (ended === 'verified') counts.sessionsVerified += 1
        if (ended === 'expired' || ended === 'aborted') counts.sessionsExpired += 1
        if (ended === 'aborted') counts.remoteAborted += 1
      } catch (error) {
        counts.errors += 1
        runtime.logger.error({ sessionId, ...errorFields(error) }, 'An overdue upload session could not be ended.')
      }
    }
    const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY
    const { interrupted } = await walk(overdueSessions(runtime), { ...options, concurrency, counts, each })
    return { ...counts, interrupted }
  })
}

/** By the application's clock, which also set the time. */
function overdueSessions(runtime: Runtime): AsyncIterable<Row[]> {
  const sql = `select id, expires_at::text as at from rindle.media_upload_sessions
    where state in ('initialized', 'signed', 'resuming', 'uploading', 'uploaded') and expires_at < $3::timestamptz
      and (expires_at, id) > ($1::timestamptz, $2::uuid)
    order by expires_at, id limit ${PAGE_SIZE}`
  return timedPages(runtime.database, sql, [runtime.now().toISOString()])
}

/** `aborted`: expired, and given up in the storage as well. `moved_on`: somebody else has ended it, or it failed. */
async function endSession(
  runtime: Runtime,
  sessionId: string,
): Promise<'verified' | 'expired' | 'aborted' | 'moved_on'> {
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

/** What lies there of a resumable upload may be its first half. */
function mayHaveArrived({ session }: OpenSession): boolean {
  if (session.uploadStrategy !== 'resumable') return true
  return session.uploadLength !== null && session.lastKnownOffset === session.uploadLength
}

async function verifyArrival(runtime: Runtime, open: OpenSession): Promise<'verified' | 'moved_on' | 'nothing'> {
  const isMultipart = open.multipartUploadId !== null && open.session.uploadStrategy === 'multipart'
  try {
    await (isMultipart ? completeMultipartUpload : verifyCompletion)(runtime, open.session.id)
    return 'verified'
  } catch (error) {
    if (isRindleError(error, 'storage_object_missing')) return 'nothing'
    // Rejected: the session has failed, and the log says why. Ended: by its client, at this moment.
    if (isRindleError(error, 'upload_rejected') || isRindleError(error, 'session_expired')) return 'moved_on'
    throw error
  }
}

async function expire(runtime: Runtime, { session, asset }: OpenSession): Promise<boolean> {
  const isExpired = await inTransaction(runtime, undefined, async (unit) => {
    await lockAsset(unit, asset.id)
    return transitionSession(unit, session.id, 'expired', { failureReason: 'expired' })
  })
  const fields = { sessionId: session.id, assetId: asset.id, code: 'expired' }
  if (isExpired) runtime.logger.warn(fields, 'An upload session has expired.')
  return isExpired
}
