import { validate } from 'uuid'
import { UPLOADER } from '../assets/uploader.ts'
import type { Asset, UploadSession } from '../domain/entities.ts'
import { type JsonObject, RindleError } from '../domain/errors.ts'
import type { SessionState, UploadStrategy } from '../domain/states.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { assetFromRow } from '../kernel/sql/entities-from-rows.ts'
import { json, numberOrNull, type Row, text, textOrNull, time, timeOrNull } from '../kernel/sql/row-values.ts'
import type { ResumableState } from '../ports/storage.ts'

/** A session with its asset, and with fields that only Rindle needs. */
export interface OpenSession {
  readonly session: UploadSession
  readonly asset: Asset
  readonly multipartUploadId: string | null
  /** The storage's state of a resumable upload; `null` for every other. */
  readonly resumable: ResumableState | null
}

/** Reads a session and its asset at one instant. `not_found`. */
export async function readSession(runtime: Runtime, sessionId: string): Promise<OpenSession> {
  assertId('upload session', sessionId)
  const { rows } = await runtime.database.executeSql(
    `select to_jsonb(session) - 'session_uri' - 'fetch_source' as session, to_jsonb(asset) as asset
     from rindle.media_upload_sessions as session join rindle.media_assets as asset on asset.id = session.asset_id
     where session.id = $1::uuid`,
    [sessionId],
  )
  const [row] = rows
  if (row === undefined) throw new RindleError('not_found', `There is no upload session ${sessionId}.`)
  const session = json<Row>(row, 'session')
  return {
    session: sessionFromRow(session),
    asset: assetFromRow(json<Row>(row, 'asset')),
    multipartUploadId: textOrNull(session, 'multipart_upload_id'),
    resumable: resumableStateOf(session),
  }
}

/** The state that the storage of a resumable upload needs to continue or to give up; `null` for every other session. */
export function resumableStateOf(session: Row): ResumableState | null {
  const offset = numberOrNull(session, 'last_known_offset')
  const notes = json<JsonObject | null | undefined>(session, 'resumable_state') ?? null
  if (offset === null || notes === null) return null
  return { offset, uploadId: textOrNull(session, 'multipart_upload_id'), notes }
}

/**
 * The actor who began the upload of an asset, as the application named them; `null` when none was named, and for an
 * unknown asset.
 */
export async function uploaderOf(runtime: Runtime, assetId: string): Promise<string | null> {
  if (!validate(assetId)) return null
  const { rows } = await runtime.database.executeSql(
    `select ${UPLOADER} as uploader from rindle.media_assets as asset where asset.id = $1::uuid`,
    [assetId],
  )
  return rows[0] === undefined ? null : textOrNull(rows[0], 'uploader')
}

/** Throws `session_expired` unless bytes may still be sent: the session is open and has not expired. */
export function assertOpen({ session }: OpenSession, now: Date): void {
  const isOver = ['verifying', 'completed', 'aborted', 'expired', 'failed'].includes(session.state)
  const isLate = session.expiresAt !== null && session.expiresAt <= now
  if (!isOver && !isLate) return
  throw sessionEnded(session, isOver ? session.state : 'expired')
}

/** Throws `session_expired` when the upload was given up or has failed. */
export function assertNotEnded({ session, asset }: OpenSession): void {
  if (['aborted', 'expired', 'failed'].includes(session.state)) throw sessionEnded(session, session.state)
  // A purge of the asset has begun, for example after a detach: the session goes with its asset.
  if (asset.state === 'deleted' && session.state !== 'completed') throw sessionEnded(session, 'aborted')
}

/** The error of continuing an upload session that has ended. */
function sessionEnded({ id }: Pick<UploadSession, 'id'>, state: SessionState): RindleError {
  return new RindleError('session_expired', `Upload session ${id} is ${state}. Begin a new one.`, {
    details: { state },
  })
}

/** Reads a row of `media_upload_sessions`; the session URI is a secret and stays in the database. */
export function sessionFromRow(row: Row): UploadSession {
  return {
    id: text(row, 'id'),
    assetId: text(row, 'asset_id'),
    state: text(row, 'state') as SessionState,
    uploadStrategy: text(row, 'upload_strategy') as UploadStrategy,
    resumableProtocol: textOrNull(row, 'resumable_protocol'),
    resumableMetadata: textOrNull(row, 'resumable_metadata'),
    resumableConcat: textOrNull(row, 'resumable_concat'),
    actorId: textOrNull(row, 'actor_id'),
    tenant: textOrNull(row, 'tenant'),
    uploadKey: text(row, 'upload_key'),
    uploadLength: numberOrNull(row, 'upload_length'),
    declaredChecksum: textOrNull(row, 'declared_checksum'),
    lastKnownOffset: numberOrNull(row, 'last_known_offset'),
    expiresAt: timeOrNull(row, 'expires_at'),
    verifiedAt: timeOrNull(row, 'verified_at'),
    failureReason: textOrNull(row, 'failure_reason'),
    createdAt: time(row, 'created_at'),
    updatedAt: time(row, 'updated_at'),
  }
}
