import { RindleError } from '@rindle/core'
import { type CodedLogger, errorFields, errorText, prepareSession } from '@rindle/core/adapter'
import { type ConstructorOptions, PgBoss, type QueueResult } from 'pg-boss'
import { mapError } from './map-error.ts'
import type { PgBossJobsConfig } from './options.ts'
import { type PgBossQueue, pgBossQueues } from './queue-definitions.ts'
import { runStatement } from './run-statement.ts'
import type { Statement } from './statements.ts'

/** The dependencies of a {@link QueueStore}. */
export interface QueueStoreContext {
  readonly connectionString: string
  /** Whether the URL leads to a pooler in transaction mode. */
  readonly isPooled: boolean
  readonly options: PgBossJobsConfig
  readonly logger: CodedLogger
}

/** Options of the pool of `pg`, to which pg-boss hands everything that it gets. */
interface PoolOptions {
  readonly keepAlive: boolean
  readonly idleTimeoutMillis: number
  readonly allowExitOnIdle: boolean
  readonly onConnect?: typeof prepareSession
}

/**
 * A pg-boss that opens on first use, with schema and queues in place, and that has connections but no timers.
 *
 * It has its own connections: jobs are enqueued inside of other transactions, and if those hold every connection of a
 * shared pool, the first of them would wait for ever.
 */
export class QueueStore {
  readonly #context: QueueStoreContext
  #opening: Promise<PgBoss> | undefined

  constructor(context: QueueStoreContext) {
    this.#context = context
  }

  /** Opens once for all callers; a failure is forgotten, so that the next call tries again. */
  boss(): Promise<PgBoss> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined
      throw mapError(error, 'opening it')
    })
    return this.#opening
  }

  /** Runs one statement on an own connection. */
  async rows(statement: Statement, action: string): Promise<Record<string, unknown>[]> {
    const boss = await this.boss()
    try {
      return await runStatement(boss, statement)
    } catch (error) {
      throw mapError(error, action)
    }
  }

  /** Closes the connections. Safe to call twice; the next call of `boss` opens them again. */
  async close(): Promise<void> {
    const opening = this.#opening
    this.#opening = undefined
    const boss = await opening?.catch(() => undefined)
    await boss?.stop({ graceful: false })
  }

  async #open(): Promise<PgBoss> {
    const { connectionString, isPooled, options, logger } = this.#context
    const settings: ConstructorOptions & PoolOptions = {
      connectionString,
      schema: options.schema,
      max: options.maxConnections,
      application_name: 'rindle jobs',
      supervise: false,
      schedule: false,
      // For `pg`, which gets all of this: a connection that a firewall dropped must not look alive for ever.
      keepAlive: true,
      // Jobs come in bursts with pauses longer than the ten seconds that `pg` waits. An idle connection keeps no process
      // alive.
      idleTimeoutMillis: 60_000,
      allowExitOnIdle: true,
      // Settings would stay with the pooler's connection, which others use next.
      ...(isPooled ? {} : { onConnect: prepareSession }),
    }
    const boss = new PgBoss(settings)
    logEvents(boss, logger)
    try {
      await boss.start()
      const queues = pgBossQueues(options)
      await ensureQueues(boss, queues)
      await rememberQueues(boss, queues)
    } catch (error) {
      await boss.stop({ graceful: false })
      throw error
    }
    // Ends the timers, which would keep an enqueue-only process alive, and leaves the connections open.
    await boss.stop({ graceful: false, close: false })
    return boss
  }
}

/** Logs the reports of pg-boss; an `error` event without a listener would end the process. */
export function logEvents(boss: PgBoss, logger: CodedLogger): void {
  // Some values that it emits as errors are not errors, but have a message.
  boss.on('error', (error: unknown) => logger.error(errorFields(error), 'pg-boss reported an error.'))
  boss.on('warning', ({ message }) => {
    logger.warn({ code: 'pgboss_warning', warning: errorText(message) }, 'pg-boss reported a warning.')
  })
}

async function ensureQueues(boss: PgBoss, wanted: readonly PgBossQueue[]): Promise<void> {
  const found = new Map((await boss.getQueues(wanted.map(({ name }) => name))).map((queue) => [queue.name, queue]))
  for (const queue of wanted) {
    const current = found.get(queue.name)
    // Safe if several processes do it at once: pg-boss takes a lock and ignores an existing queue.
    if (current === undefined) await boss.createQueue(queue.name, queue)
    else await adjustQueue(boss, current, queue)
  }
}

/**
 * Has pg-boss read what it remembers of each queue. Otherwise the first job of a queue would have it read on another
 * connection, in the middle of a transaction: behind a pooler, transactions that hold every connection would wait for it
 * for ever.
 */
async function rememberQueues(boss: PgBoss, queues: readonly PgBossQueue[]): Promise<void> {
  const nowhere = { executeSql: () => Promise.resolve({ rows: [] }) }
  for (const { name } of queues) await boss.findJobs(name, { db: nowhere })
}

async function adjustQueue(boss: PgBoss, current: QueueResult, wanted: PgBossQueue): Promise<void> {
  const { name, policy, ...settings } = wanted
  if (current.policy !== policy) {
    throw new RindleError(
      'setup_incomplete',
      `The pg-boss queue "${name}" has policy "${current.policy}" instead of "${policy}", which cannot be changed. ` +
        'Delete the queue or choose another `schema`.',
      { details: { queue: name } },
    )
  }
  const target = { ...settings, retryDelayMax: settings.retryDelayMax ?? null }
  const isSame = Object.entries(target).every(([key, value]) => current[key as keyof QueueResult] === value)
  if (!isSame) await boss.updateQueue(name, target)
}
