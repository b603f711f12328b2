import { canonicalContentType } from '../../domain/content-types.ts'
import type { UploadSession } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import type { ResumableMetadata } from '../../events/event-map.ts'
import { requireCapability } from '../../kernel/require-capability.ts'
import { adapterNameOf, type Runtime } from '../../kernel/runtime.ts'
import { errorFields } from '../../ports/logger.ts'
import type { ResumableState, StorageAdapter } from '../../ports/storage.ts'
import { abortSession } from '../abort.ts'
import { verifyCompletion } from '../complete.ts'
import { insertAlone, type ResumableColumns } from '../insert-upload.ts'
import { type InitiateOptions, type PlannedUpload, planUpload } from '../plan-upload.ts'
import type { OpenSession } from '../sessions.ts'
import { hasAllBytes, readResumable } from './rows.ts'
import { newSessionSecret, sessionUriOf } from './uri.ts'

/** Options of {@link initiateResumableSession}. */
export interface InitiateResumableOptions extends Omit<InitiateOptions, 'tx'> {
  /** The client's own metadata in its protocol's form, at most 8192 characters; the session returns it. */
  readonly resumableMetadata?: string
  /**
   * `partial`: the bytes are a piece for {@link concatenateUploads}; it is never verified, and ends when it expires.
   * `final;…`, as the client wrote it: see there. @default the upload is a file of its own
   */
  readonly resumableConcat?: string
}

/** A resumable upload that has begun. */
export interface ResumableSession {
  readonly session: UploadSession
  /** The secret end of a protocol server's URLs. It opens the upload to its actor and to nobody else. */
  readonly sessionUri: string
}

const PROTOCOL = 'tus'

// As much as HTTP servers accept, and send, for all headers together.
const MAX_METADATA_LENGTH = 8_192

/**
 * Begins an upload that may be interrupted and continued by any process: a `staged` asset and a `signed` session.
 * Judges the client's declaration now; without `byteSize` the client declares the length later. The storage begins
 * first, outside of any transaction, and gives up again when the rows cannot be written. `pieces`: the assets of the
 * pieces that it is made of. `upload_rejected`, `capability_unsupported`, `quota_exceeded`.
 */
export async function initiateResumableSession(
  runtime: Runtime,
  profileName: string,
  options: InitiateResumableOptions,
  pieces: readonly string[] = [],
): Promise<ResumableSession> {
  const planned = { ...planResumable(runtime, profileName, options), pieces }
  const { storage, uploadKey, profile } = planned
  const contentType = canonicalContentType(options.contentType ?? '')
  const maxBytes = options.byteSize ?? profile.accept.maxBytes
  const state = await storage.resumable.begin(uploadKey, { contentType, maxBytes })
  const secret = newSessionSecret()
  try {
    const session = await insertAlone(runtime, undefined, { ...planned, multipartUploadId: state.uploadId }, options, {
      state: 'signed',
      resumable: resumableColumns(options, state, secret),
    })
    return { session, sessionUri: sessionUriOf(session, secret) }
  } catch (error) {
    await forget(runtime, storage, uploadKey, state)
    throw error
  }
}

/** Decides everything about a resumable upload that needs no row. `upload_rejected`, `capability_unsupported`, `invalid_input`. */
export function planResumable(runtime: Runtime, profileName: string, options: InitiateResumableOptions): PlannedUpload {
  const isPiece = options.resumableConcat === 'partial'
  const planned = { ...planUpload(runtime, profileName, options, 'resumable'), isPiece }
  if ((options.resumableMetadata ?? '').length > MAX_METADATA_LENGTH) {
    throw new RindleError('invalid_input', `resumableMetadata has at most ${MAX_METADATA_LENGTH} characters.`)
  }
  assertConcat(options.resumableConcat)
  requireCapability(planned.storage, 'resumable_upload_session', 'upload')
  return planned
}

/**
 * Returns the progress of a resumable upload: `lastKnownOffset` of `uploadLength` bytes. If its last byte has arrived
 * but its completion was cut short, completes it now. Safe to repeat. `not_found`, `invalid_input` for another
 * strategy.
 */
export async function resumableSessionStatus(runtime: Runtime, sessionId: string): Promise<UploadSession> {
  const open = await readResumable(runtime, sessionId)
  const session = hasAllBytes(open) ? (await verifyCompletion(runtime, sessionId)).session : open.session
  runtime.events.emit({
    name: 'rindle.upload.resumable.status',
    metadata: metadataOf(runtime, { ...open, session }),
    measurements: { offset: open.session.lastKnownOffset ?? 0 },
  })
  return session
}

/**
 * Gives up a resumable upload, as `abortUpload` does, with everything that its storage holds of it. An upload that has
 * ended is left unchanged. Safe to repeat. `not_found`, `invalid_input` for another strategy.
 */
export async function cancelResumableSession(runtime: Runtime, sessionId: string): Promise<void> {
  const open = await readResumable(runtime, sessionId)
  if (!(await abortSession(runtime, open))) return
  runtime.events.emit({
    name: 'rindle.upload.resumable.cancel',
    metadata: { ...metadataOf(runtime, open), state: 'aborted' },
    measurements: {},
  })
}

/** The values of a new session that its storage has begun. */
export function resumableColumns(
  { resumableMetadata, resumableConcat }: InitiateResumableOptions,
  { offset, notes }: ResumableState,
  secret: string,
): ResumableColumns {
  return {
    protocol: PROTOCOL,
    secret,
    offset,
    notes,
    metadata: resumableMetadata ?? null,
    concat: resumableConcat ?? null,
  }
}

function assertConcat(concat: string | undefined): void {
  if (concat === undefined || concat === 'partial') return
  if (concat.startsWith('final;') && concat.length <= MAX_METADATA_LENGTH && !concat.includes('\0')) return
  throw new RindleError('invalid_input', `resumableConcat is "partial", or "final;" and URLs.`)
}

function metadataOf(runtime: Runtime, { session, asset }: OpenSession): ResumableMetadata {
  const adapter = adapterNameOf(runtime, asset.storage)
  return { profile: asset.profile, adapter, protocol: session.resumableProtocol ?? PROTOCOL, state: session.state }
}

/** The rows could not be written: no later request can remove the upload that the storage has begun. */
async function forget(runtime: Runtime, storage: StorageAdapter, key: string, state: ResumableState): Promise<void> {
  await storage.resumable.abort(key, state).catch((error: unknown) => {
    runtime.logger.warn(errorFields(error), 'A resumable upload without a session could not be given up.')
  })
}
