import { sqlStateOf } from '@rindle/prisma'
import { promoteRequest } from '../../assets/promote-request.ts'
import { canonicalContentType } from '../../domain/content-types.ts'
import { bytesBody } from '../../kernel/bytes-body.ts'
import { canEnqueueWith, type JoiningJobs } from '../../kernel/joining-jobs.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { inOneStatement } from '../../kernel/unit-of-work.ts'
import { errorFields } from '../../ports/logger.ts'
import type { StoredObject } from '../../ports/storage.ts'
import { verifyCompletion } from '../complete.ts'
import { type Insertion, rowsOfWhole, TOO_MANY_OPEN } from '../insert-upload.ts'
import type { PlannedUpload } from '../plan-upload.ts'
import { isHeardOf } from '../proxied/insert-asset.ts'
import { tryToDiscard } from '../proxied/register.ts'
import { tooManyOpen } from '../reserve-quota.ts'
import { assertNoPiece } from './rows.ts'
import {
  cancelResumableSession,
  type InitiateResumableOptions,
  initiateResumableSession,
  planResumable,
  resumableColumns,
} from './session.ts'
import { newSessionSecret, sessionUriOf } from './uri.ts'
import { writeResumableSession } from './writer.ts'

/** A resumable upload that is complete. */
export interface CompleteResumable {
  readonly sessionId: string
  readonly assetId: string
  /** As that of a `ResumableSession`. */
  readonly sessionUri: string
}

/**
 * Begins a resumable upload and completes it, with all of its bytes in hand: for the whole of a small file that comes with
 * the request that begins it. The bytes are on the disk before a row tells of them; session, asset and promote job are one
 * statement, unless a quota has to be reserved, a hook wants to hear of it, or the queue cannot take part in a statement.
 * After a failure there is no session, or an aborted one, and at most an object that the sweep of staging removes; but if
 * the database was lost meanwhile, it may have committed. `upload_rejected`, `capability_unsupported`,
 * `quota_exceeded`, `invalid_input` for a piece of another upload.
 */
export async function uploadResumable(
  runtime: Runtime,
  profileName: string,
  bytes: Uint8Array,
  given: Omit<InitiateResumableOptions, 'byteSize'>,
): Promise<CompleteResumable> {
  assertNoPiece(given, 'An upload with resumableConcat "partial"')
  const options = { ...given, byteSize: bytes.byteLength }
  const planned = planResumable(runtime, profileName, options)
  const { jobs } = runtime
  if (!canEnqueueWith(jobs) || runtime.quotas.rule !== null || (await isHeardOf(runtime, profileName))) {
    return inSteps(runtime, profileName, bytes, options)
  }
  const { storage, storageName, uploadKey, assetId } = planned
  const stored = await storage.put(uploadKey, bytesBody(bytes), {
    contentType: canonicalContentType(options.contentType ?? ''),
    byteSize: bytes.byteLength,
    isDurable: true,
  })
  try {
    return await inOneStatement(runtime, (unit) =>
      insertWhole({ ...runtime, jobs }, unit, { planned, options, stored }),
    )
  } catch (error) {
    await tryToDiscard(runtime, { assetId, storage: storageName, storageKey: uploadKey }, error)
    throw sqlStateOf(error) === TOO_MANY_OPEN ? tooManyOpen(runtime) : error
  }
}

/** A file whose bytes are stored, before any row tells of it. */
interface StoredWhole {
  readonly planned: PlannedUpload
  readonly options: InitiateResumableOptions
  readonly stored: StoredObject
}

async function insertWhole(
  runtime: Runtime & { readonly jobs: JoiningJobs },
  unit: Insertion,
  { planned, options, stored }: StoredWhole,
): Promise<CompleteResumable> {
  const { assetId: id, profileName: profile, storage, strategy } = planned
  const secret = newSessionSecret()
  const state = { offset: stored.byteSize, uploadId: null, notes: {} }
  const columns = { state: 'completed', stored, resumable: resumableColumns(options, state, secret) } as const
  const { sessionId, rows } = await rowsOfWhole(runtime, unit, planned, options, columns)
  await runtime.jobs.enqueueWith(promoteRequest(runtime, { id, profile }), rows, unit)
  unit.emit('rindle.upload.stop', { profile, adapter: storage.name, strategy }, { byteSize: stored.byteSize })
  return {
    sessionId,
    assetId: id,
    sessionUri: sessionUriOf({ id: sessionId, actorId: options.actorId ?? null }, secret),
  }
}

/** As a client would do it that sends its bytes with another request. */
async function inSteps(
  runtime: Runtime,
  profileName: string,
  bytes: Uint8Array,
  options: InitiateResumableOptions,
): Promise<CompleteResumable> {
  const { session, sessionUri } = await initiateResumableSession(runtime, profileName, options)
  try {
    await writeWhole(runtime, session.id, bytes)
    await verifyCompletion(runtime, session.id)
  } catch (error) {
    // Nobody knows its URL: what it holds of a quota would be held until it expires.
    await tryToCancel(runtime, session.id)
    throw error
  }
  return { sessionId: session.id, assetId: session.assetId, sessionUri }
}

async function writeWhole(runtime: Runtime, sessionId: string, bytes: Uint8Array): Promise<void> {
  const writer = await writeResumableSession(runtime, sessionId)
  try {
    await writer.append(bytesBody(bytes), { offset: 0 })
  } finally {
    await writer.release()
  }
}

async function tryToCancel(runtime: Runtime, sessionId: string): Promise<void> {
  try {
    await cancelResumableSession(runtime, sessionId)
  } catch (error) {
    runtime.logger.warn({ sessionId, ...errorFields(error) }, 'A failed upload could not be given up; it expires.')
  }
}
