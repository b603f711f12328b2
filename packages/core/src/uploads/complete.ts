import type { SqlExecutor } from '@rindle/prisma'
import { lockAsset } from '../assets/lock.ts'
import { promoteRequest } from '../assets/promote-request.ts'
import { settleQuota } from '../assets/quota-usage.ts'
import { transitionAsset } from '../assets/transition.ts'
import { counted } from '../domain/counted.ts'
import type { Asset, UploadSession } from '../domain/entities.ts'
import { isRindleError, RindleError } from '../domain/errors.ts'
import { tooLarge } from '../domain/gate.ts'
import { type UploadRefusal, uploadRejected } from '../domain/upload-rejected.ts'
import { adapterNameOf, profileOf, type Runtime, storageOf } from '../kernel/runtime.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import type { StoredObject } from '../ports/storage.ts'
import { finishResumable } from './resumable/finish.ts'
import { assertNoPiece } from './resumable/rows.ts'
import { assertNotEnded, type OpenSession, readSession } from './sessions.ts'
import { completeSession, transitionSession } from './transition.ts'

/** An upload with its object in storage and its promotion enqueued. */
export interface VerifiedUpload<P extends string = string> {
  readonly session: UploadSession
  readonly asset: Asset<P>
}

/** An uploaded object as found in storage, not recorded yet. Made by {@link inspectUpload}. */
export interface InspectedUpload {
  readonly sessionId: string
  /** `null`: the session was completed before. */
  readonly object: StoredObject | null
}

/**
 * Looks for the uploaded object and begins the asset's promotion: session `completed`, asset `validating` and promote
 * job, in one transaction. Too early: `storage_object_missing`, and the caller tries again. An undeclared or refused
 * size: `upload_rejected`, with the session failed and the asset quarantined. A piece of another upload:
 * `invalid_input`. Safe to repeat and to call many times at once: every call gives the same answer.
 */
export async function verifyCompletion(runtime: Runtime, sessionId: string): Promise<VerifiedUpload> {
  const open = await readSession(runtime, sessionId)
  return confirm(runtime, open, await inspect(runtime, open), undefined)
}

/** Does the part of {@link verifyCompletion} that touches storage. Call it before a transaction of the application. */
export async function inspectUpload(runtime: Runtime, sessionId: string): Promise<InspectedUpload> {
  return { sessionId, object: await inspect(runtime, await readSession(runtime, sessionId)) }
}

/** `null`: the session was completed before. */
async function inspect(runtime: Runtime, open: OpenSession): Promise<StoredObject | null> {
  const { session } = open
  if (session.state === 'completed') return null
  assertNoPiece(session, `Upload session ${session.id}`)
  assertNotEnded(open)
  const refusal = await finishUnlessOvertaken(runtime, open)
  const object = await storageOf(runtime, open.asset.storage).head(session.uploadKey)
  if (object !== undefined) return object
  if (await hasMovedOn(runtime, session.id)) return null
  throw (
    refusal ?? new RindleError('storage_object_missing', `Nothing has arrived yet for upload session ${session.id}.`)
  )
}

/** Whether a storage may refuse to complete an upload because another call has completed it, or is doing so. */
export function mayBeOvertaken(error: unknown): error is RindleError {
  return isRindleError(error, 'storage_object_missing') || isRindleError(error, 'storage_precondition_failed')
}

/**
 * Whether an object that is missing at its upload key was there before: another call completed the upload in between,
 * and a worker moved the object on. Throws `session_expired` when the upload was given up instead.
 */
export async function hasMovedOn(runtime: Runtime, sessionId: string): Promise<boolean> {
  const open = await readSession(runtime, sessionId)
  assertNotEnded(open)
  return open.session.state === 'completed'
}

/** Does the part of {@link verifyCompletion} that writes rows. Atomic. */
export async function confirmUpload(
  runtime: Runtime,
  { sessionId, object }: InspectedUpload,
  options: { readonly tx?: SqlExecutor } = {},
): Promise<VerifiedUpload> {
  return confirm(runtime, await readSession(runtime, sessionId), object, options.tx)
}

async function confirm(
  runtime: Runtime,
  open: OpenSession,
  object: StoredObject | null,
  tx: SqlExecutor | undefined,
): Promise<VerifiedUpload> {
  const sessionId = open.session.id
  // Completed by another call, perhaps since it was read.
  if (object === null) return open.session.state === 'completed' ? open : readSession(runtime, sessionId)
  if (open.session.state === 'completed') return open
  const rejection = sizeProblem(runtime, open, object)
  if (rejection !== null) {
    await rejectUpload(runtime, open, rejection)
    throw uploadRejected(rejection)
  }
  const confirmed = await inTransaction(runtime, tx, async (unit) => {
    const session = await completeSession(runtime, unit, sessionId, open.asset)
    if (session === null) return null
    const changes = { byteSize: object.byteSize, etag: object.etag }
    const asset = await transitionAsset(runtime, unit, open.asset, 'validating', { from: ['staged'], changes })
    if (asset === null) throw new Error(`Asset ${open.asset.id} left its state although its row is locked.`)
    unit.emit(
      'rindle.upload.stop',
      {
        profile: asset.profile,
        adapter: adapterNameOf(runtime, asset.storage),
        strategy: open.session.uploadStrategy,
      },
      { byteSize: object.byteSize },
    )
    unit.enqueue(promoteRequest(runtime, asset))
    return { session, asset }
  })
  if (confirmed !== null) return confirmed
  const now = await readSession(runtime, sessionId)
  assertNotEnded(now)
  return now
}

/** Returns the storage's refusal when another call may have been first. */
async function finishUnlessOvertaken(runtime: Runtime, open: OpenSession): Promise<RindleError | undefined> {
  try {
    await finishResumable(runtime, open)
    return undefined
  } catch (error) {
    // The state says that every byte is there. The first caller has assembled the object, or a worker has moved it on.
    if (!mayBeOvertaken(error)) throw error
    return error
  }
}

/** Returns the problem of this object's size for the session, if there is one. Pure. */
export function sizeProblem(
  runtime: Runtime,
  { session, asset }: OpenSession,
  object: StoredObject,
): UploadRefusal | null {
  const { maxBytes } = profileOf(runtime, asset.profile).accept
  if (object.byteSize > maxBytes) return tooLarge(maxBytes)
  if (session.uploadLength === null || session.uploadLength === object.byteSize) return null
  return {
    reason: 'byte_size_mismatch',
    message: `The file has ${counted(object.byteSize, 'byte')}, but was declared with ${session.uploadLength}.`,
  }
}

/** Ends an upload by a verdict: the session has failed, and the asset is quarantined. A later end changes nothing. */
export async function rejectUpload(
  runtime: Runtime,
  { session, asset }: Pick<OpenSession, 'session' | 'asset'>,
  rejection: UploadRefusal,
): Promise<void> {
  const { reason, message } = rejection
  await inTransaction(runtime, undefined, async (unit) => {
    await lockAsset(unit, asset.id)
    if (!(await transitionSession(unit, session.id, 'failed', { changes: { failureReason: reason } }))) return
    const changes = { errorReason: reason, errorMessage: message }
    await transitionAsset(runtime, unit, asset, 'quarantined', { from: ['staged'], changes })
    // Of a refused download nothing is kept.
    if (session.uploadStrategy === 'fetched') await settleQuota(unit, asset.id, 0)
  })
  runtime.logger.warn({ assetId: asset.id, code: reason }, 'An upload was rejected; its asset is quarantined.')
}
