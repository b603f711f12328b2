import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { RindleError } from '../../domain/errors.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { errorFields } from '../../ports/logger.ts'
import { type HeldLock, lostTo } from './rows.ts'

/** The wait for a lock, and the signal to its holder. */
export interface LockOptions {
  /** Gives up the wait, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Another process waits for the lock: finish soon. Called once. */
  readonly onWanted?: () => void
  /** The longest wait for a holder. @default 20000 */
  readonly waitMs?: number
}

/** A lock on one session, held until it is released or its process has died. */
export interface SessionLock extends HeldLock {
  /** Aborted, with a `conflict`, when the lock is no longer reliable. */
  readonly lost: AbortSignal
  /** Safe to repeat. */
  release(): Promise<void>
}

// By the clock of the database alone. A holder renews its lease in time, so a dead one holds it no longer than this.
const LEASE_SECONDS = 5
const RENEWAL_MS = 500
// Without an answer from the database, a holder stops before another can begin.
const TRUSTED_MS = 3_500
const POLL_MS = 100
const DEFAULT_WAIT_MS = 20_000

/**
 * Takes the lock on a session; waits for its holder, and tells the holder so. The lock is a lease in the row: it holds
 * no connection, and works with any pool and any proxy. Every write of a holder names its token, so one that lost the
 * lock without noticing writes nothing. `conflict` when the holder does not release it in time.
 */
export async function lockSession(
  runtime: Runtime,
  sessionId: string,
  { signal, onWanted, waitMs = DEFAULT_WAIT_MS }: LockOptions = {},
): Promise<SessionLock> {
  const token = randomUUID()
  const deadline = performance.now() + waitMs
  while (!(await tryLock(runtime, { sessionId, token }))) {
    if (performance.now() >= deadline) throw lockTaken(sessionId)
    await pause(POLL_MS, signal)
    signal?.throwIfAborted()
  }
  return holdLock(runtime, { sessionId, token }, onWanted)
}

async function tryLock(runtime: Runtime, { sessionId, token }: HeldLock): Promise<boolean> {
  const { rows } = await runtime.database.executeSql(
    `with session as (
       select id, coalesce(lock_expires_at < clock_timestamp(), true) as is_free
       from rindle.media_upload_sessions where id = $1::uuid for update
     )
     update rindle.media_upload_sessions as held
     set lock_token = case when is_free then $2::text else lock_token end,
       lock_expires_at = case when is_free then clock_timestamp() + interval '${LEASE_SECONDS} seconds'
         else lock_expires_at end,
       lock_wanted = not is_free
     from session where held.id = session.id
     returning is_free`,
    [sessionId, token],
  )
  if (rows[0] === undefined) throw new RindleError('not_found', `There is no upload session ${sessionId}.`)
  return rows[0]['is_free'] === true
}

function holdLock(runtime: Runtime, held: HeldLock, onWanted: (() => void) | undefined): SessionLock {
  const lost = new AbortController()
  const ending = new AbortController()
  const beating = keepRenewing(runtime, held, { lost, ending: ending.signal, onWanted })
  let released: Promise<void> | undefined
  return {
    ...held,
    lost: lost.signal,
    release: () => {
      ending.abort()
      released ??= beating.then(() => giveBack(runtime, held))
      return released
    },
  }
}

interface LockRenewal {
  readonly lost: AbortController
  readonly ending: AbortSignal
  readonly onWanted: (() => void) | undefined
}

async function keepRenewing(runtime: Runtime, held: HeldLock, { lost, ending, onWanted }: LockRenewal): Promise<void> {
  let trustedUntil = performance.now() + TRUSTED_MS
  let hasTold = false
  for (;;) {
    await pause(RENEWAL_MS, ending)
    if (ending.aborted) return
    const askedAt = performance.now()
    const answer = await Promise.race([renew(runtime, held), pause(trustedUntil - askedAt, ending)])
    if (answer === 'held' || answer === 'wanted') trustedUntil = askedAt + TRUSTED_MS
    if (answer === 'gone' || performance.now() >= trustedUntil) return lost.abort(lostTo(held.sessionId))
    if (answer !== 'wanted' || hasTold) continue
    hasTold = true
    onWanted?.()
  }
}

async function renew(
  runtime: Runtime,
  { sessionId, token }: HeldLock,
): Promise<'held' | 'wanted' | 'gone' | 'unknown'> {
  try {
    const { rows } = await runtime.database.executeSql(
      `update rindle.media_upload_sessions
       set lock_expires_at = clock_timestamp() + interval '${LEASE_SECONDS} seconds'
       where id = $1::uuid and lock_token = $2::text
       returning lock_wanted`,
      [sessionId, token],
    )
    if (rows[0] === undefined) return 'gone'
    return rows[0]['lock_wanted'] === true ? 'wanted' : 'held'
  } catch (error) {
    runtime.logger.warn({ sessionId, ...errorFields(error) }, 'The lock on an upload could not be renewed in time.')
    return 'unknown'
  }
}

/** A lock that cannot be released expires. */
async function giveBack(runtime: Runtime, { sessionId, token }: HeldLock): Promise<void> {
  try {
    await runtime.database.executeSql(
      `update rindle.media_upload_sessions set lock_token = null, lock_expires_at = null, lock_wanted = false
       where id = $1::uuid and lock_token = $2::text`,
      [sessionId, token],
    )
  } catch (error) {
    runtime.logger.warn({ sessionId, ...errorFields(error) }, 'The lock on an upload could not be released.')
  }
}

/** Resolves after that time, or as soon as the signal aborts. */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  const options = signal === undefined ? {} : { signal }
  await delay(Math.max(milliseconds, 0), undefined, options).catch(() => {})
}

function lockTaken(sessionId: string): RindleError {
  return new RindleError('conflict', `Another request is writing to upload session ${sessionId}. Try again soon.`, {
    details: { reason: 'locked' },
  })
}
