import { createHmac, randomBytes } from 'node:crypto'
import { validate } from 'uuid'
import type { UploadSession } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import { equalsInConstantTime } from '../../kernel/equals-in-constant-time.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { TenantOption } from '../../kernel/sql/of-tenant.ts'
import { textOrNull } from '../../kernel/sql/row-values.ts'
import { readSession } from '../sessions.ts'

// Separates these signatures from any other use of the same secret.
const CONTEXT = 'rindle session uri, version 1'

/** A new secret for a session: the key that signs its URI. */
export function newSessionSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** `id.signature`: the signature covers the session and its actor, so another actor's signature differs. */
export function sessionUriOf({ id, actorId }: Pick<UploadSession, 'id' | 'actorId'>, secret: string): string {
  const signed = JSON.stringify([CONTEXT, id, actorId])
  return `${id}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/**
 * Finds the session that a URI opens to this actor. A malformed or altered URI, or one for another actor, gets the same
 * answer as an unknown session: `not_found`.
 */
export async function findResumableSession(
  runtime: Runtime,
  sessionUri: string,
  { actorId, tenant }: { readonly actorId: string | null } & TenantOption,
): Promise<UploadSession> {
  const [id = ''] = sessionUri.split('.', 1)
  const secret = validate(id) ? await readSecret(runtime, id) : null
  if (secret === null) throw unknownUri()
  if (!equalsInConstantTime(sessionUri, sessionUriOf({ id, actorId }, secret))) throw unknownUri()
  const { session } = await readSession(runtime, id)
  if (tenant !== undefined && session.tenant !== tenant) throw unknownUri()
  return session
}

/**
 * Returns the URI of a session; give it to its actor and to nobody else. `not_found` also for a session without a URI.
 */
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
