import { createHmac, randomBytes } from 'node:crypto'
import { validate } from 'uuid'
import type { UploadSession } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import { equalsInConstantTime } from '../../kernel/equals-in-constant-time.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { assertId } from '../../kernel/sql/assert-id.ts'
import type { TenantOption } from '../../kernel/sql/of-tenant.ts'
import { json, type Row, text } from '../../kernel/sql/row-values.ts'
import { sessionFromRow } from '../sessions.ts'

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
  const found = validate(id) ? await readWithSecret(runtime, id) : null
  if (found === null) throw unknownUri()
  const { session, secret } = found
  if (!equalsInConstantTime(sessionUri, sessionUriOf({ id, actorId }, secret))) throw unknownUri()
  if (tenant !== undefined && session.tenant !== tenant) throw unknownUri()
  return session
}

/**
 * Returns the URI of a session; give it to its actor and to nobody else. `not_found` also for a session without a URI.
 */
export async function resumableSessionUri(runtime: Runtime, sessionId: string): Promise<string> {
  assertId('upload session', sessionId)
  const found = await readWithSecret(runtime, sessionId)
  if (found !== null) return sessionUriOf(found.session, found.secret)
  throw new RindleError('not_found', `There is no upload session ${sessionId} with a URI.`)
}

async function readWithSecret(
  runtime: Runtime,
  sessionId: string,
): Promise<{ readonly session: UploadSession; readonly secret: string } | null> {
  const { rows } = await runtime.database.executeSql(
    `select to_jsonb(session) - 'fetch_source' as session from rindle.media_upload_sessions as session
     where id = $1::uuid and session_uri is not null`,
    [sessionId],
  )
  if (rows[0] === undefined) return null
  const row = json<Row>(rows[0], 'session')
  return { session: sessionFromRow(row), secret: text(row, 'session_uri') }
}

function unknownUri(): RindleError {
  return new RindleError('not_found', 'There is no such upload.')
}
