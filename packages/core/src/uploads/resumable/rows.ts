import { RindleError } from '../../domain/errors.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { ResumableState } from '../../ports/storage.ts'
import { type OpenSession, readSession } from '../sessions.ts'
import { transitionSession } from '../transition.ts'

/** A session of the resumable strategy, with its storage's state. */
export interface OpenResumable extends OpenSession {
  readonly resumable: ResumableState
}

/** Reads a session of the resumable strategy. `not_found`, `invalid_input` for another strategy. */
export async function readResumable(runtime: Runtime, sessionId: string): Promise<OpenResumable> {
  const open = await readSession(runtime, sessionId)
  const { session, resumable } = open
  if (resumable !== null) return { ...open, resumable }
  throw new RindleError('invalid_input', `Upload session ${session.id} is ${session.uploadStrategy}, not resumable.`)
}

/** Whether the last byte is there, and only the completion is due. Never true for a piece of another upload. */
export function hasAllBytes(open: OpenSession): boolean {
  return !isPartial(open.session) && isFull(open)
}

/** Whether the last byte is there, for an open upload or an open piece. */
export function isFull({ session, resumable }: OpenSession): boolean {
  if (resumable === null || session.uploadLength === null || resumable.offset !== session.uploadLength) return false
  return session.state === 'signed' || session.state === 'uploading' || session.state === 'uploaded'
}

/** Whether its bytes are a piece of another upload. */
export function isPartial({ resumableConcat }: { readonly resumableConcat?: string | null }): boolean {
  return resumableConcat === 'partial'
}

/**
 * Refuses a piece where an upload is completed: the profile has judged neither its type nor its size, and no quota has
 * counted a file. `invalid_input`.
 */
export function assertNoPiece(upload: { readonly resumableConcat?: string | null }, name: string): void {
  if (!isPartial(upload)) return
  throw new RindleError('invalid_input', `${name} is a piece of another upload. Complete that by concatenateUploads.`)
}

/** Notes that a client is sending, while nothing is stored yet. */
export async function markResuming(runtime: Runtime, { sessionId, token }: HeldLock): Promise<void> {
  await transitionSession(runtime.database, sessionId, 'resuming', { lockToken: token })
}

/** The lock that a write needs. */
export interface HeldLock {
  readonly sessionId: string
  readonly token: string
}

/**
 * Records an upload's progress, if the lock is still ours, the session takes bytes and no progress is lost. `conflict`
 * otherwise.
 */
export async function keepProgress(
  runtime: Runtime,
  { sessionId, token }: HeldLock,
  state: ResumableState,
): Promise<void> {
  const changes = { lastKnownOffset: state.offset, resumableState: state.notes }
  const options = { changes, lockToken: token, mayStay: true }
  if (!(await transitionSession(runtime.database, sessionId, 'uploading', options))) throw lostTo(sessionId)
}

/** Records the length that a client had left open, under the same conditions. `conflict`. */
export async function keepLength(runtime: Runtime, { sessionId, token }: HeldLock, byteSize: number): Promise<void> {
  const { rows } = await runtime.database.executeSql(
    `update rindle.media_upload_sessions set upload_length = $3::bigint, updated_at = now()
     where id = $1::uuid and lock_token = $2::text and upload_length is null and last_known_offset <= $3::bigint
     returning id`,
    [sessionId, token, byteSize],
  )
  if (rows.length === 0) throw lostTo(sessionId)
}

/** The error of writing to an upload that another request writes to, or has ended. */
export function lostTo(sessionId: string): RindleError {
  return new RindleError(
    'conflict',
    `Upload session ${sessionId} was taken over or ended by another request. Ask for its offset and continue there.`,
  )
}
