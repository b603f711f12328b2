import { type JobsAdapter, QUEUE_NAMES, type QueueName, RindleError, type SqlExecutor } from '@rindle/core'
import {
  assertQueue,
  assertRegistrations,
  type DiagnosisContext,
  deadLetterQueue,
  type Finding,
  type InsertedRows,
  type JobRequest,
  type JobSchedule,
  type JobsCapability,
  type JobsContext,
  type QueueCounts,
  type TakeOptions,
  type WorkerRegistration,
  type Workers,
} from '@rindle/core/adapter'
import { Besides, type WrittenRow } from './besides.ts'
import { diagnose } from './diagnose.ts'
import { insertJobs } from './insert-jobs.ts'
import { mapError } from './map-error.ts'
import { type PgBossJobsConfig, type PgBossJobsOptions, parseOptions } from './options.ts'
import { type JobCount, queueCounts } from './queue-counts.ts'
import { QueueStore } from './queue-store.ts'
import { readSchedules, registerSchedule } from './schedules.ts'
import { cancelJobs, countJobs, findLiveKeys } from './statements.ts'
import { WorkerGroup } from './worker-group.ts'

const CAPABILITIES: ReadonlySet<JobsCapability> = new Set([
  'transactional_enqueue',
  'schedule',
  'cancel',
  'heartbeat',
  'dead_letter',
])

/**
 * Background jobs in PostgreSQL, by pg-boss. Does no I/O: `start()` or the first use creates schema and queues.
 *
 * @throws RindleError `config_invalid`, listing every wrong option.
 */
export function pgBossJobs(options: PgBossJobsOptions = {}): JobsAdapter {
  return new PgBossJobs(parseOptions(options))
}

interface Connection {
  readonly store: QueueStore
  readonly context: JobsContext
  /** Whether the queue's statements go through a pooler in transaction mode, which LISTEN must go round. */
  readonly isPooled: boolean
}

class PgBossJobs implements JobsAdapter {
  readonly name = 'pgboss'
  readonly capabilities = CAPABILITIES
  readonly #options: PgBossJobsConfig
  readonly #besides = new Besides()
  readonly #groups = new Set<Promise<WorkerGroup>>()
  #connected: Connection | undefined

  constructor(options: PgBossJobsConfig) {
    this.#options = options
  }

  connect(context: JobsContext): void {
    const { connectionString: own } = this.#options
    const { connectionString: direct, poolerUrl } = context.database
    const connectionString = own ?? poolerUrl ?? direct
    if (connectionString === undefined) {
      throw new RindleError(
        'config_invalid',
        'pgBossJobs needs its own connections, but the instance was not created from a URL. ' +
          'Pass `connectionString` to pgBossJobs.',
      )
    }
    const isPooled = own === undefined && poolerUrl !== undefined
    const store = new QueueStore({ connectionString, isPooled, options: this.#options, logger: context.logger })
    this.#connected = { store, context, isPooled }
  }

  async start(): Promise<void> {
    await this.#store().boss()
  }

  async stop(): Promise<void> {
    // Includes groups that are still starting; one that could not start has told its caller.
    const groups = await Promise.allSettled(this.#groups)
    await Promise.all(groups.flatMap((group) => (group.status === 'fulfilled' ? [group.value.stop()] : [])))
    this.#groups.clear()
    await this.#connected?.store.close()
  }

  async enqueue(requests: readonly JobRequest[], tx: SqlExecutor): Promise<readonly (string | null)[]> {
    for (const { queue } of requests) assertQueue(queue)
    if (requests.length === 0) return []
    return insertJobs(await this.#store().boss(), requests, tx)
  }

  async enqueueWith(request: JobRequest, rows: InsertedRows, sql: SqlExecutor): Promise<readonly WrittenRow[]> {
    assertQueue(request.queue)
    const boss = await this.#store().boss()
    return this.#besides.write(rows, sql, (joined) => insertJobs(boss, [request], joined))
  }

  async cancel(queue: QueueName, keys: readonly string[], tx?: SqlExecutor): Promise<void> {
    assertQueue(queue)
    if (keys.length === 0) return
    const store = this.#store()
    const statement = cancelJobs(this.#options.schema, queue, keys)
    if (tx === undefined) {
      await store.rows(statement, 'cancelling jobs')
      return
    }
    await store.boss()
    await tx.executeSql(statement.text, statement.values)
  }

  async work(registrations: readonly WorkerRegistration[], options: TakeOptions = {}): Promise<Workers> {
    assertRegistrations(registrations)
    const starting = this.#startWorkers(registrations, options)
    const forget = (): boolean => this.#groups.delete(starting)
    this.#groups.add(starting)
    starting.catch(forget)
    const group = await starting
    return { isIdle: () => group.isIdle(), stop: (stopping) => group.stop(stopping).finally(forget) }
  }

  async findLive(queue: QueueName, keys: readonly string[]): Promise<ReadonlySet<string>> {
    assertQueue(queue)
    if (keys.length === 0) return new Set()
    const statement = findLiveKeys(this.#options.schema, [queue, deadLetterQueue(queue)], keys)
    const rows = await this.#store().rows(statement, 'looking for live jobs')
    return new Set(rows.map(({ key }) => String(key)))
  }

  async counts(): Promise<readonly QueueCounts[]> {
    const names = QUEUE_NAMES.flatMap((queue) => [queue, deadLetterQueue(queue)])
    const rows = await this.#store().rows(countJobs(this.#options.schema, names), 'counting jobs')
    return queueCounts(rows as unknown as readonly JobCount[])
  }

  async schedule(name: string, cron: string, request: JobRequest): Promise<void> {
    assertQueue(request.queue)
    await registerSchedule(await this.#store().boss(), name, cron, request)
  }

  async unschedule(name: string, queue: QueueName): Promise<void> {
    assertQueue(queue)
    const boss = await this.#store().boss()
    try {
      await boss.unschedule(queue, name)
    } catch (error) {
      throw mapError(error, `unscheduling "${name}"`)
    }
  }

  async schedules(): Promise<readonly JobSchedule[]> {
    return readSchedules(this.#connection().context.database, this.#options.schema)
  }

  diagnose(_context: DiagnosisContext): AsyncIterable<Finding> {
    return diagnose(this.#connection().context.database, this.#options)
  }

  async #startWorkers(registrations: readonly WorkerRegistration[], take: TakeOptions): Promise<WorkerGroup> {
    const { store, context, isPooled } = this.#connection()
    const boss = await store.boss()
    const listener = isPooled ? context.database : boss.getDb()
    return WorkerGroup.start({ boss, listener, options: this.#options, logger: context.logger, take }, registrations)
  }

  #store(): QueueStore {
    return this.#connection().store
  }

  #connection(): Connection {
    if (this.#connected !== undefined) return this.#connected
    throw new RindleError('config_invalid', 'This jobs adapter has no database yet. Pass it to createRindle as `jobs`.')
  }
}
