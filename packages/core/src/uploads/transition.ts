import type { SqlExecutor } from '@rindle/prisma'
import type { Asset, UploadSession } from '../domain/entities.ts'
import type { JsonObject } from '../domain/errors.ts'
import type { RowReason } from '../domain/reasons.ts'
import { SESSION_STATES, type SessionState } from '../domain/states.ts'
import { OPEN_SESSION_STATES, sourcesOf } from '../domain/transitions.ts'
import { DELIVERIES, eventRows, requestDeliveries, wantedEvent } from '../kernel/outbox.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { type ColumnsOf, givenColumns } from '../kernel/sql/given-columns.ts'
import { json, type Row } from '../kernel/sql/row-values.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import { sessionFromRow } from './sessions.ts'

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

const ENDED: readonly SessionState[] = SESSION_STATES.filter((state) => !OPEN_SESSION_STATES.includes(state))

/** The source of an upload from a URL may be a secret, and is needed no longer than until its end. */
const FORGET_SOURCE = ', fetch_source = null'

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
 * Moves a session to a state, if its current state leads there; to `verifying` and `completed` only
 * {@link completeSession} does.
 * Returns `false` for a lost race: another process moved it first, has the lock, or has more progress.
 */
export async function transitionSession(
  sql: SqlExecutor,
  sessionId: string,
  to: Exclude<SessionState, 'verifying' | 'completed'>,
  { changes = {}, lockToken, mayStay = false }: SessionTransitionOptions = {},
): Promise<boolean> {
  const { record, assignments, values } = givenColumns(COLUMNS, changes)
  const from = [...sourcesOf('session', to), ...(mayStay ? [to] : [])]
  const { rows } = await sql.executeSql(
    `update rindle.media_upload_sessions as session
     set state = $2::text, updated_at = now()${ENDED.includes(to) ? FORGET_SOURCE : ''}${assignments}
     from jsonb_to_record($4::jsonb) as given(held_token text${record})
     where session.id = $1::uuid and session.state in (select jsonb_array_elements_text($3::jsonb))
       ${lockToken === undefined ? '' : 'and session.lock_token = given.held_token'}
       ${changes.lastKnownOffset === undefined ? '' : 'and session.last_known_offset <= given.last_known_offset'}
     returning session.id`,
    [sessionId, to, JSON.stringify(from), JSON.stringify({ held_token: lockToken, ...values })],
  )
  return rows.length === 1
}

/** Verifying is over with the statement that begins it. */
const COMPLETED_FROM = JSON.stringify(sourcesOf('session', 'verifying'))

/**
 * Verifies a session, which completes it, and sets the time of that, if its asset is still staged: the same statement locks
 * the asset, and writes the event for the hooks that want it. Returns the new row, or `null` for a lost race.
 */
export async function completeSession(
  runtime: Runtime,
  unit: UnitOfWork,
  sessionId: string,
  { id, profile }: Pick<Asset, 'id' | 'profile'>,
): Promise<UploadSession | null> {
  const holder = `holder as (
     select id from rindle.media_assets where id = $3::uuid and state = 'staged' for no key update)`
  const completing = `update rindle.media_upload_sessions as session
     set state = 'completed', updated_at = now(), verified_at = now()${FORGET_SOURCE}
     from holder
     where session.id = $1::uuid and session.asset_id = holder.id
       and session.state in (select jsonb_array_elements_text($2::jsonb))
     returning to_jsonb(session) - 'session_uri' as session, session.id`
  const given = [sessionId, COMPLETED_FROM, id]
  const event = await wantedEvent(runtime, unit, 'upload.completed', [profile])
  if (event === null) {
    const { rows } = await unit.executeSql(`with ${holder} ${completing}`, given)
    return sessionIn(rows[0])
  }
  const { rows } = await unit.executeSql(
    `with ${holder}, moved as (${completing}, session.asset_id, session.attach_owner_type, session.attach_owner_id,
       session.attach_slot), ${eventRows(HAPPENED)} select moved.session, ${DELIVERIES} from moved`,
    [...given, runtime.newId(), profile, event],
  )
  requestDeliveries(unit, rows[0])
  return sessionIn(rows[0])
}

function sessionIn(row: Row | undefined): UploadSession | null {
  return row === undefined ? null : sessionFromRow(json<Row>(row, 'session'))
}

const HAPPENED = `select $4::uuid as id, moved.asset_id, $5::text as profile, $6::text as type,
    jsonb_build_object('state', 'completed', 'sessionId', moved.id, 'owner', case when moved.attach_slot is not null
      then jsonb_build_object('type', moved.attach_owner_type, 'id', moved.attach_owner_id) end,
      'slot', moved.attach_slot) as payload
  from moved`
