import type { SqlExecutor } from '@rindle/prisma'
import type { JsonObject } from '../domain/errors.ts'
import type { RowReason } from '../domain/reasons.ts'
import type { SessionState } from '../domain/states.ts'
import { sourcesOf } from '../domain/transitions.ts'
import { type ColumnsOf, givenColumns } from '../kernel/sql/given-columns.ts'

/** Columns that may change together with a session's state; absent fields stay. */
export interface SessionChanges {
  readonly failureReason?: RowReason
  /** The storage's progress, in bytes. Never less than before. */
  readonly lastKnownOffset?: number
  readonly resumableState?: JsonObject
}

const COLUMNS: ColumnsOf<keyof SessionChanges> = {
  failureReason: ['failure_reason', 'text'],
  lastKnownOffset: ['last_known_offset', 'bigint'],
  resumableState: ['resumable_state', 'jsonb'],
}

/** Options of {@link transitionSession}. */
export interface SessionTransitionOptions {
  /** @default none */
  readonly changes?: SessionChanges
  /** The lock of a resumable upload, which must still be held. @default no lock is needed */
  readonly lockToken?: string
  /** Whether to write a session that is in the state already, too. @default false */
  readonly mayStay?: boolean
}

/**
 * Moves a session to a state, if its current state leads there. `completed` sets the time of its verification. Returns
 * `false` for a lost race: another process moved it first, has the lock, or has more progress.
 */
export async function transitionSession(
  sql: SqlExecutor,
  sessionId: string,
  to: SessionState,
  { changes = {}, lockToken, mayStay = false }: SessionTransitionOptions = {},
): Promise<boolean> {
  const { record, assignments, values } = givenColumns(COLUMNS, changes)
  const from = [...sourcesOf('session', to), ...(mayStay ? [to] : [])]
  const { rows } = await sql.executeSql(
    `update rindle.media_upload_sessions as session
     set state = $2::text, updated_at = now()${to === 'completed' ? ', verified_at = now()' : ''}${assignments}
     from jsonb_to_record($4::jsonb) as given(held_token text${record})
     where session.id = $1::uuid and session.state in (select jsonb_array_elements_text($3::jsonb))
       ${lockToken === undefined ? '' : 'and session.lock_token = given.held_token'}
       ${changes.lastKnownOffset === undefined ? '' : 'and session.last_known_offset <= given.last_known_offset'}
     returning session.id`,
    [sessionId, to, JSON.stringify(from), JSON.stringify({ held_token: lockToken, ...values })],
  )
  return rows.length === 1
}
