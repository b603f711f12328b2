import { lockAsset } from '../../assets/lock.ts'
import { noteAssetWaiting } from '../../assets/wait.ts'
import { isRindleError } from '../../domain/errors.ts'
import { type Failure, failureOf } from '../../domain/failures.ts'
import type { RowReason } from '../../domain/reasons.ts'
import type { UploadRefusal } from '../../domain/upload-rejected.ts'
import { handedOn, isHandedOn } from '../../kernel/handed-on.ts'
import { payloadText } from '../../kernel/payload-text.ts'
import { type Runtime, storageOf } from '../../kernel/runtime.ts'
import { inTransaction } from '../../kernel/unit-of-work.ts'
import type { DeadJob, RunningJob } from '../../ports/jobs.ts'
import { rejectUpload } from '../complete.ts'
import { giveUpParts } from '../give-up.ts'
import { type OpenSession, readSession } from '../sessions.ts'
import { FetchOutage, FetchRefused } from './fetch-errors.ts'
import { forgetProgress, readFetchSource } from './fetch-source.ts'

/** A server that asks for more is asked again after this long nevertheless. */
const LONGEST_WAIT_SECONDS = 3_600

/** An attempt that failed. */
export interface FailedFetch {
  readonly sessionId: string
  /** The bytes that were there before it. */
  readonly offset: number
  readonly error: unknown
}

/** Decides what follows a failed attempt: the upload fails, the job is retried, or a new job continues. */
export async function settleFetch(
  runtime: Runtime,
  job: RunningJob,
  { sessionId, offset, error }: FailedFetch,
): Promise<void> {
  // A stopping worker gives the job back; a cancelled job has nothing to settle.
  if (job.signal.aborted) throw error
  if ((await readFetchSource(runtime, sessionId)) === null) return
  const open = await readSession(runtime, sessionId)
  const refusal = refusalOf(error)
  if (refusal !== null) return refuse(runtime, open, refusal)
  const failure = failureOfFetch(error)
  const { expiresAt, lastKnownOffset } = open.session
  if (expiresAt !== null && expiresAt <= runtime.now()) {
    const { reason, message } = failure
    return refuse(runtime, open, { reason, message: `The file could not be fetched in time. ${message}` })
  }
  if (failure.kind === 'defect' && !job.isLastAttempt) throw error
  // The storage has lost the pieces: the file begins anew.
  if (isRindleError(error, 'storage_object_missing')) await forgetProgress(runtime, sessionId)
  const retryAfterSeconds = error instanceof FetchOutage ? error.retryAfterSeconds : 0
  const hasProgress = (lastKnownOffset ?? 0) > offset
  await handOnFetch(runtime, hasProgress ? anew(job) : job, failure, retryAfterSeconds)
}

/** Lets a new job continue the download, after a delay that grows; the asset says what it waits for. */
export async function handOnFetch(
  runtime: Runtime,
  job: DeadJob,
  failure: Failure,
  retryAfterSeconds = 0,
): Promise<void> {
  const assetId = payloadText(job.payload, 'assetId')
  const isNews = await inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    if (asset?.state !== 'staged') return false
    const request = handedOn(job, failure)
    const wanted = Math.min(retryAfterSeconds, LONGEST_WAIT_SECONDS)
    unit.enqueue({ ...request, delaySeconds: Math.max(request.delaySeconds ?? 0, wanted) })
    return (await noteAssetWaiting(unit, asset, failure)) || !isHandedOn(job)
  })
  if (!isNews) return
  const { reason, message } = failure
  runtime.logger.warn({ assetId, code: reason }, `A download waits until the cause is gone. ${message}`)
}

/** The work of a job without its count of failures: it has come further, so the delays begin anew. */
function anew(job: RunningJob): DeadJob {
  const { assetId, sessionId } = job.payload
  return { ...job, payload: { assetId: assetId ?? null, sessionId: sessionId ?? null } }
}

/** A verdict about the URL or about its file; `null`: another attempt may succeed. */
function refusalOf(error: unknown): UploadRefusal | null {
  if (error instanceof FetchRefused) return error
  if (!isRindleError(error, 'upload_rejected') || error.retryable) return null
  const { reason } = error.details
  return { reason: (typeof reason === 'string' ? reason : error.code) as RowReason, message: error.message }
}

function failureOfFetch(error: unknown): Failure {
  if (error instanceof FetchOutage) return { kind: 'outage', reason: error.reason, message: error.message }
  if (isRindleError(error, 'upload_rejected')) {
    return { kind: 'outage', reason: 'fetch_interrupted', message: error.message }
  }
  return failureOf(error)
}

async function refuse(runtime: Runtime, open: OpenSession, refusal: UploadRefusal): Promise<void> {
  await rejectUpload(runtime, open, { reason: refusal.reason, message: refusal.message })
  const storage = storageOf(runtime, open.asset.storage)
  await giveUpParts(storage, { ...open, uploadKey: open.session.uploadKey })
}
