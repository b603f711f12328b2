import { type SqlExecutor, sqlStateOf } from '@rindle/prisma'
import type { JsonObject } from '../domain/errors.ts'
import { RindleError } from '../domain/errors.ts'
import type { EventMap, EventName, Measurements, RindleEvent } from '../events/event-map.ts'
import type { JobRequest } from '../ports/jobs.ts'
import type { Runtime } from './runtime.ts'
import { withinTransaction } from './transaction-scope.ts'

/**
 * A transaction of the application, with the events that wait for its commit. Pass it as `tx`, and call `afterCommit`
 * after the commit.
 */
export interface TransactionHandle extends SqlExecutor {
  /** Emits the events of everything done with this handle. Call it after the commit, never after a rollback. */
  afterCommit(): void
}

/** Everything that one verb does inside one transaction: rows at once, jobs at its end, events after the commit. */
export interface UnitOfWork extends SqlExecutor {
  /** Inserts the job with the others at the end of the unit, in the same transaction. */
  enqueue(request: JobRequest): void
  /** Emits the event once the transaction has committed. */
  emit<N extends EventName>(name: N, metadata: EventMap[N], measurements?: Measurements): void
}

const PENDING = Symbol('rindle.pending-events')

interface PendingHandle extends TransactionHandle {
  readonly [PENDING]: RindleEvent[]
}

/** Wraps the application's transaction so that events can follow its commit. */
export function withTransaction(runtime: Runtime, tx: SqlExecutor): TransactionHandle {
  assertExecutor(tx)
  const pending: RindleEvent[] = []
  const handle: PendingHandle = {
    executeSql: (sql, values) => tx.executeSql(sql, values),
    afterCommit: () => {
      for (const event of pending.splice(0)) runtime.events.emit(event)
    },
    [PENDING]: pending,
  }
  return handle
}

/**
 * Runs `work` in one transaction: the application's when `tx` is given, else its own. Never touches storage inside.
 * When the database ends its own transaction because of a deadlock or serialisation failure, it runs again, at most
 * three times; the application's transaction is not ours to repeat.
 */
export async function inTransaction<T>(
  runtime: Runtime,
  tx: SqlExecutor | undefined,
  work: (unit: UnitOfWork) => Promise<T>,
): Promise<T> {
  if (tx !== undefined) return inHostTransaction(runtime, tx, work)
  return againWhenEnded(() => inOwnTransaction(runtime, work))
}

/**
 * Runs a unit that writes by a single statement, and thus a transaction: this saves the database a BEGIN and a COMMIT.
 * Such a unit enqueues nothing. It runs again as one of {@link inTransaction} does.
 */
export async function inOneStatement<T>(
  runtime: Runtime,
  work: (unit: Omit<UnitOfWork, 'enqueue'>) => Promise<T>,
): Promise<T> {
  const { result, events } = await againWhenEnded(() => runUnit(runtime.database, work))
  for (const event of events) runtime.events.emit(event)
  return result
}

/** The database has undone everything of a transaction that it ends for another one. */
async function againWhenEnded<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      if (!isTransient(error)) throw error
      if (attempt === 3) {
        throw new RindleError('conflict', 'The database ended the transaction three times to resolve a deadlock.', {
          cause: error,
        })
      }
    }
  }
}

async function inOwnTransaction<T>(runtime: Runtime, work: (unit: UnitOfWork) => Promise<T>): Promise<T> {
  const { jobs, database, events } = runtime
  const isTransactional = jobs.capabilities.has('transactional_enqueue')
  const done = await database.transaction(async (sql) => {
    const unit = await runUnit(sql, work)
    if (isTransactional && unit.requests.length > 0) await jobs.enqueue(unit.requests, sql)
    return unit
  })
  // Such an adapter does not see the transaction, so its job must not exist before the job's rows.
  if (!isTransactional && done.requests.length > 0) await jobs.enqueue(done.requests, database)
  for (const event of done.events) events.emit(event)
  return done.result
}

async function inHostTransaction<T>(
  runtime: Runtime,
  tx: SqlExecutor,
  work: (unit: UnitOfWork) => Promise<T>,
): Promise<T> {
  assertExecutor(tx)
  assertTransactionalJobs(runtime)
  const { result, requests, events } = await runUnit(tx, work)
  const isHandle = PENDING in tx
  if (isHandle) (tx as PendingHandle)[PENDING].push(...events)
  // Nothing tells us of a bare transaction's commit, so its events travel with a job that exists only if it commits.
  const [first, ...rest] = requests
  if (first !== undefined) await runtime.jobs.enqueue([isHandle ? first : announcing(first, events), ...rest], tx)
  return result
}

/** The results of one unit of work, and the effects that follow. */
interface DoneUnit<T> {
  readonly result: T
  readonly requests: readonly JobRequest[]
  readonly events: readonly RindleEvent[]
}

async function runUnit<T>(sql: SqlExecutor, work: (unit: UnitOfWork) => Promise<T>): Promise<DoneUnit<T>> {
  const requests: JobRequest[] = []
  const events: RindleEvent[] = []
  const result = await withinTransaction(() =>
    work({
      executeSql: (text, values) => sql.executeSql(text, values),
      enqueue: (request) => requests.push(request),
      emit: (name, metadata, measurements = {}) => events.push({ name, metadata, measurements }),
    }),
  )
  return { result, requests, events }
}

function announcing(request: JobRequest, events: readonly RindleEvent[]): JobRequest {
  return events.length === 0
    ? request
    : { ...request, payload: { ...request.payload, announce: events as unknown as readonly JsonObject[] } }
}

/** Emits the events that an application's transaction handed to the job that committed with it. */
export function announceCommitted(runtime: Runtime, payload: JsonObject): void {
  const { announce } = payload
  if (!Array.isArray(announce)) return
  for (const event of announce as unknown as readonly RindleEvent[]) runtime.events.emit(event)
}

function assertExecutor(tx: SqlExecutor): void {
  if (typeof tx?.executeSql === 'function') return
  throw new RindleError(
    'invalid_input',
    '`tx` must have executeSql(text, values). Wrap the transaction: fromPrisma(tx), fromKysely(tx), fromDrizzle(tx, sql), ' +
      'fromKnex(tx) of @rindle/jobs-pgboss, or fromPgClient(client) of @rindle/core.',
  )
}

function assertTransactionalJobs({ jobs }: Runtime): void {
  if (jobs.capabilities.has('transactional_enqueue')) return
  throw new RindleError(
    'capability_unsupported',
    `The ${jobs.name} jobs adapter cannot enqueue within the application's transaction (transactional_enqueue).`,
    { details: { capability: 'transactional_enqueue', adapter: jobs.name, flow: 'upload' } },
  )
}

/** serialization_failure and deadlock_detected (PostgreSQL, appendix A). */
function isTransient(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state === '40001' || state === '40P01'
}
