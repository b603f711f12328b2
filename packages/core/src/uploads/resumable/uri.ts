import { createHmac, randomBytes } from 'node:crypto'
import { validate } from 'uuid'
import type { UploadSession } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import { equalsInConstantTime } from '../../kernel/equals-in-constant-time.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { textOrNull } from '../../kernel/sql/row-values.ts'
import { readSession } from '../sessions.ts'

// Kept apart from whatever else may come to be signed with the same secret.
const CONTEXT = 'rindle session uri, version 1'

/** A new secret for a session: the key that signs its URI. */
export function newSessionSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** `id.signature`, where the signature is of the session and of its actor: for another actor it is another. */
export function sessionUriOf({ id, actorId }: Pick<UploadSession, 'id' | 'actorId'>, secret: string): string {
  const signed = JSON.stringify([CONTEXT, id, actorId])
  return `${id}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/**
 * The session that a URI opens to this actor. A URI that is malformed, altered, or was made for somebody else, is
 * answered like that of a session that never was: `not_found`.
 */
export async function findResumableSession(
  runtime: Runtime,
  sessionUri: string,
  { actorId }: { readonly actorId: string | null },
): Promise<UploadSession> {
  const [id = ''] = sessionUri.split('.', 1)
  const secret = validate(id) ? await readSecret(runtime, id) : null
  if (secret === null) throw unknownUri()
  if (!equalsInConstantTime(sessionUri, sessionUriOf({ id, actorId }, secret))) throw unknownUri()
  return (await readSession(runtime, id)).session
}

/** The URI of a session, to be handed to its actor and to nobody else. `not_found` also for one that has none. */
export async function resumableSessionUri(runtime: Runtime, sessionId: string): Promise<string> {
  const { session } = await readSession(runtime, sessionId)
  const secret = await readSecret(runtime, session.id)
  if (secret === null) throw new RindleError('not_found', `Upload session ${sessionId} has no URI.`)
  return sessionUriOf(session, secret)
}

async function readSecret(runtime: Runtime, sessionId: string): Promise<string | null> {
  const { rows } = await runtime.database.executeSql(
    'select session_uri from rindle.media_upload_sessions where id = $1::uuid',
    [sessionId],
  )
  return rows[0] === undefined ? null : textOrNull(rows[0], 'session_uri')
}

function unknownUri(): RindleError {
  return new RindleError('not_found', 'There is no such upload.')
}
