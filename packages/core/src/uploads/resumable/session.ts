import { canonicalContentType } from '../../domain/content-types.ts'
import type { UploadSession } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import type { ResumableMetadata } from '../../events/event-map.ts'
import { requireCapability } from '../../kernel/require-capability.ts'
import { adapterNameOf, type Runtime } from '../../kernel/runtime.ts'
import { inTransaction, type UnitOfWork } from '../../kernel/unit-of-work.ts'
import { errorFields } from '../../ports/logger.ts'
import type { ResumableState, StorageAdapter } from '../../ports/storage.ts'
import { abortSession } from '../abort.ts'
import { verifyCompletion } from '../complete.ts'
import { type InitiateOptions, insertUpload, type PlannedUpload, planUpload } from '../initiate.ts'
import type { OpenSession } from '../sessions.ts'
import { transitionSession } from '../transition.ts'
import { hasAllBytes, readResumable } from './rows.ts'
import { newSessionSecret, sessionUriOf } from './uri.ts'

/** Options of {@link initiateResumableSession}. */
export interface InitiateResumableOptions extends Omit<InitiateOptions, 'tx'> {
  /** What the client said of its file, as its protocol writes it, at most 8192 characters; the session gives it back. */
  readonly resumableMetadata?: string
  /**
   * `partial`: the bytes are a piece of an upload that {@link concatenateUploads} puts together; it is never verified,
   * and ends with its time. `final;…` as the client wrote it: see there. @default the upload is a file of its own
   */
  readonly resumableConcat?: string
}

/** A resumable upload that has begun. */
export interface ResumableSession {
  readonly session: UploadSession
  /**
   * What a protocol's server puts at the end of its URLs. A secret, which opens the upload to the actor that it was made
   * for, and to nobody else.
   */
  readonly sessionUri: string
}

const PROTOCOL = 'tus'

// As much as servers of HTTP take of all headers together, and give back.
const MAX_METADATA_LENGTH = 8_192

/**
 * Begins an upload that may break off and go on, on whatever process: a `staged` asset and a `signed` session. What the
 * client declares is judged now; without `byteSize` it says later how much there is. The storage is told first, outside
 * of any transaction, and told again when the rows cannot be written. `upload_rejected`, `capability_unsupported`.
 */
export async function initiateResumableSession(
  runtime: Runtime,
  profileName: string,
  options: InitiateResumableOptions,
): Promise<ResumableSession> {
  const planned = planUpload(runtime, profileName, options, 'resumable')
  if ((options.resumableMetadata ?? '').length > MAX_METADATA_LENGTH) {
    throw new RindleError('invalid_input', `resumableMetadata has at most ${MAX_METADATA_LENGTH} characters.`)
  }
  assertConcat(options.resumableConcat)
  const { storage, uploadKey, profile } = planned
  requireCapability(storage, 'resumable_upload_session', 'upload')
  const contentType = canonicalContentType(options.contentType ?? '')
  const maxBytes = options.byteSize ?? profile.accept.maxBytes
  const state = await storage.resumable.begin(uploadKey, { contentType, maxBytes })
  const secret = newSessionSecret()
  try {
    const session = await inTransaction(runtime, undefined, (unit) =>
      insertSession(runtime, unit, { ...planned, multipartUploadId: state.uploadId }, { options, state, secret }),
    )
    return { session, sessionUri: sessionUriOf(session, secret) }
  } catch (error) {
    await forget(runtime, storage, uploadKey, state)
    throw error
  }
}

/**
 * How far a resumable upload has come: `lastKnownOffset` of `uploadLength` bytes. One whose last byte has arrived, and
 * whose completion was cut short, is completed now. Safe to repeat. `not_found`, `invalid_input` for another strategy.
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
 * Gives a resumable upload up, as `abortUpload` does, with everything that its storage holds of it. One that has
 * ended stays as it is. Safe to repeat. `not_found`, `invalid_input` for another strategy.
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

/** What a session that begins is written with. */
interface Beginning {
  readonly options: InitiateResumableOptions
  readonly state: ResumableState
  readonly secret: string
}

async function insertSession(
  runtime: Runtime,
  unit: UnitOfWork,
  planned: PlannedUpload,
  { options, state, secret }: Beginning,
): Promise<UploadSession> {
  const session = await insertUpload(runtime, unit, planned, options)
  const { resumableMetadata = null, resumableConcat = null } = options
  await unit.executeSql(
    `update rindle.media_upload_sessions
     set resumable_protocol = $2::text, session_uri = $3::text, session_uri_expires_at = expires_at,
       last_known_offset = $4::bigint, resumable_state = $5::jsonb, resumable_metadata = $6::text,
       resumable_concat = $7::text
     where id = $1::uuid`,
    [session.id, PROTOCOL, secret, state.offset, JSON.stringify(state.notes), resumableMetadata, resumableConcat],
  )
  await transitionSession(unit, session.id, 'signed')
  unit.emit('rindle.upload.resumable.start', {
    profile: planned.profileName,
    adapter: planned.storage.name,
    protocol: PROTOCOL,
    state: 'signed',
  })
  const said = { resumableProtocol: PROTOCOL, resumableMetadata, resumableConcat }
  return { ...session, ...said, state: 'signed', lastKnownOffset: state.offset }
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

/** The rows could not be written: nobody will ever ask for what the storage has begun. */
async function forget(runtime: Runtime, storage: StorageAdapter, key: string, state: ResumableState): Promise<void> {
  await storage.resumable.abort(key, state).catch((error: unknown) => {
    runtime.logger.warn(errorFields(error), 'A resumable upload that has no session could not be given up.')
  })
}
