import { canonicalContentType } from '../../domain/content-types.ts'
import type { UploadSession } from '../../domain/entities.ts'
import { requireCapability } from '../../kernel/require-capability.ts'
import { profileOf, type Runtime, storageOf } from '../../kernel/runtime.ts'
import { inTransaction } from '../../kernel/unit-of-work.ts'
import type { SignedRequest } from '../../ports/storage.ts'
import { insertAlone } from '../insert-upload.ts'
import { type InitiateOptions, planUpload } from '../plan-upload.ts'
import { assertOpen, type OpenSession, readSession } from '../sessions.ts'
import { transitionSession } from '../transition.ts'
import { assertMultipart } from './multipart.ts'
import { partBytes } from './part-plan.ts'

/**
 * Signs the request for the whole file: send its method, URL and headers unchanged. The signature covers the declared
 * facts. You may sign again while the session is open. `session_expired`.
 */
export async function signUpload(runtime: Runtime, sessionId: string): Promise<SignedRequest> {
  const open = await readSession(runtime, sessionId)
  assertOpen(open, runtime.now())
  const { session, asset } = open
  const request = await storageOf(runtime, asset.storage).signPut(session.uploadKey, {
    expiresAt: session.expiresAt ?? runtime.now(),
    contentType: asset.declaredContentType ?? 'application/octet-stream',
    maxBytes: profileOf(runtime, asset.profile).accept.maxBytes,
    ...(session.uploadLength === null ? {} : { byteSize: session.uploadLength }),
    ...(session.declaredChecksum === null ? {} : { checksumSha256: session.declaredChecksum }),
  })
  await advance(runtime, open, 'signed')
  return request
}

/** Begins an upload and signs its request, as `initiateUpload` and {@link signUpload} do: in one statement, unless a quota
 * has to be reserved. `upload_rejected`, `quota_exceeded`. */
export async function presignedPut(
  runtime: Runtime,
  profileName: string,
  options: Omit<InitiateOptions, 'tx'>,
): Promise<{ readonly session: UploadSession; readonly request: SignedRequest }> {
  const planned = planUpload(runtime, profileName, options, 'presigned_put')
  requireCapability(planned.storage, 'presigned_put', 'upload')
  const { storage, uploadKey, expiresAt, profile } = planned
  const request = await storage.signPut(uploadKey, {
    expiresAt,
    contentType: canonicalContentType(options.contentType ?? ''),
    maxBytes: profile.accept.maxBytes,
    ...(options.byteSize === undefined ? {} : { byteSize: options.byteSize }),
    ...(options.checksumSha256 === undefined ? {} : { checksumSha256: options.checksumSha256 }),
  })
  // Whoever gets no session gets no URL.
  return { session: await insertAlone(runtime, undefined, planned, options, { state: 'signed' }), request }
}

/**
 * Signs the request for one part, of exactly the size in the plan. You may sign parts in any order, in parallel, and
 * again after a failure. `session_expired`, `invalid_input` for a part that does not exist.
 */
export async function signMultipartPart(
  runtime: Runtime,
  sessionId: string,
  partNumber: number,
): Promise<SignedRequest> {
  const open = await readSession(runtime, sessionId)
  assertOpen(open, runtime.now())
  const { uploadId, byteSize } = assertMultipart(open)
  const { session, asset } = open
  const request = await storageOf(runtime, asset.storage).multipart.signPart(session.uploadKey, uploadId, partNumber, {
    expiresAt: session.expiresAt ?? runtime.now(),
    byteSize: partBytes(byteSize, partNumber),
  })
  await advance(runtime, open, 'uploading')
  return request
}

/** The first signature moves the session on; later ones, and losers of the race, leave it. */
async function advance(runtime: Runtime, { session }: OpenSession, to: 'signed' | 'uploading'): Promise<void> {
  if (session.state !== 'initialized') return
  await inTransaction(runtime, undefined, (unit) => transitionSession(unit, session.id, to))
}
