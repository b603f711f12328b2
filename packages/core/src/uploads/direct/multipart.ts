import { counted } from '../../domain/counted.ts'
import { isRindleError, RindleError } from '../../domain/errors.ts'
import { type Runtime, storageOf } from '../../kernel/runtime.ts'
import type { UploadedPart } from '../../ports/storage.ts'
import { hasMovedOn, mayBeOvertaken, type VerifiedUpload, verifyCompletion } from '../complete.ts'
import { type OpenSession, readSession } from '../sessions.ts'
import { planParts } from './part-plan.ts'

/** A part, as a client names it when it completes the upload. */
export type CompletedPart = Pick<UploadedPart, 'partNumber' | 'etag'>

/**
 * Returns the parts that the store has, so that a client that lost its state can continue. `session_expired` when the
 * store has none any more, with `completed` as `details.state` when they were assembled. Finishes a completion that was
 * cut short after that.
 */
export async function listMultipartParts(runtime: Runtime, sessionId: string): Promise<readonly UploadedPart[]> {
  const open = await readSession(runtime, sessionId)
  const { uploadId } = assertMultipart(open)
  try {
    return await storageOf(runtime, open.asset.storage).multipart.listParts(open.session.uploadKey, uploadId)
  } catch (error) {
    if (!isRindleError(error, 'storage_object_missing')) throw error
    const state = (await arePutTogether(runtime, sessionId)) ? 'completed' : open.session.state
    throw new RindleError('session_expired', `The store no longer has the parts of upload session ${sessionId}.`, {
      cause: error,
      details: { state },
    })
  }
}

/**
 * Assembles the parts and verifies the result, as {@link verifyCompletion} does. Without `parts` it uses the store's
 * own list. Safe to repeat, from any process: a completed upload gives the same answer again.
 */
export async function completeMultipartUpload(
  runtime: Runtime,
  sessionId: string,
  parts?: readonly CompletedPart[],
): Promise<VerifiedUpload> {
  const open = await readSession(runtime, sessionId)
  const { uploadId, byteSize } = assertMultipart(open)
  if (open.session.state !== 'completed') await complete(runtime, open, uploadId, byteSize, parts)
  return verifyCompletion(runtime, sessionId)
}

/** Returns a session of the multipart strategy, or throws `invalid_input`. */
export function assertMultipart({ session, multipartUploadId }: OpenSession): {
  readonly uploadId: string
  readonly byteSize: number
} {
  if (multipartUploadId !== null && session.uploadLength !== null) {
    return { uploadId: multipartUploadId, byteSize: session.uploadLength }
  }
  throw new RindleError('invalid_input', `Upload session ${session.id} is ${session.uploadStrategy}, not multipart.`)
}

/**
 * Whether the missing parts have become the object. The process that assembled them may have died before it recorded
 * that.
 */
async function arePutTogether(runtime: Runtime, sessionId: string): Promise<boolean> {
  try {
    await verifyCompletion(runtime, sessionId)
    return true
  } catch (error) {
    if (isRindleError(error, 'storage_object_missing')) return false
    throw error
  }
}

async function complete(
  runtime: Runtime,
  { session, asset }: OpenSession,
  uploadId: string,
  byteSize: number,
  given: readonly CompletedPart[] | undefined,
): Promise<void> {
  const { multipart } = storageOf(runtime, asset.storage)
  try {
    const parts = given ?? (await multipart.listParts(session.uploadKey, uploadId))
    const { partCount } = planParts(byteSize)
    if (parts.length !== partCount) {
      throw new RindleError(
        'storage_object_missing',
        `Upload session ${session.id} has ${parts.length} of its ${counted(partCount, 'part')}. Send the rest first.`,
        { details: { parts: parts.length, partCount } },
      )
    }
    await multipart.complete(session.uploadKey, uploadId, parts)
  } catch (error) {
    if (!mayBeOvertaken(error)) throw error
    // Another call may have completed it in the meantime: its object is there, or was.
    const object = await storageOf(runtime, asset.storage).head(session.uploadKey)
    if (object === undefined && !(await hasMovedOn(runtime, session.id))) throw error
  }
}
