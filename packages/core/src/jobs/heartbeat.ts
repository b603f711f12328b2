import type { QueueName, RefusedQueues } from '../domain/queues.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { errorFields } from '../ports/logger.ts'

/** Seconds between the heartbeats of workers. */
export const BEAT_EVERY_SECONDS = 15

/** The content of a heartbeat: the workers, their concurrency per queue, and the queues that they refuse. */
export interface HeartbeatFacts {
  readonly id: string
  readonly host: string
  readonly processId: number
  readonly queues: Partial<Readonly<Record<QueueName, number>>>
  readonly refused: RefusedQueues
  /** The event targets whose code, or URL, this process has. */
  readonly targets: readonly string[]
  /** Whether they end by themselves within seconds. */
  readonly isBrief: boolean
}

/**
 * The row that tells other processes that workers run in this one. It is inserted again if it was pruned, for example
 * while the machine was suspended. Failed beats are logged and do not stop later ones: workers outlive a restart of the
 * database.
 */
export class Heartbeat {
  readonly #runtime: Runtime
  #facts: HeartbeatFacts
  #timer: NodeJS.Timeout | undefined
  #beating: Promise<void> | undefined
  #beatAt = new Date()
  #triedAt = new Date()

  private constructor(runtime: Runtime, facts: HeartbeatFacts) {
    this.#runtime = runtime
    this.#facts = facts
  }

  /** Writes the first beat and schedules the others. */
  static async start(runtime: Runtime, facts: HeartbeatFacts): Promise<Heartbeat> {
    const heartbeat = new Heartbeat(runtime, facts)
    await heartbeat.#write()
    await prune(runtime)
    heartbeat.#timer = setInterval(() => heartbeat.#beat(), BEAT_EVERY_SECONDS * 1_000)
    // The timer alone must not keep a process alive.
    heartbeat.#timer.unref()
    return heartbeat
  }

  /** Reports a change at once. */
  change(changes: Pick<HeartbeatFacts, 'queues' | 'refused'>): void {
    this.#facts = { ...this.#facts, ...changes }
    // A beat in progress still reports the old facts.
    void (this.#beating ?? Promise.resolve()).then(() => this.#beat())
  }

  /** The last time at which the database learnt that these workers are alive. */
  get beatAt(): Date {
    return this.#beatAt
  }

  /** The last time of a try, with or without success: long ago, when this process hangs. */
  get triedAt(): Date {
    return this.#triedAt
  }

  /** Records that the workers stop on request. A failure is logged, and the workers soon count as dead. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#beating
    try {
      await this.#runtime.database.executeSql(
        'update rindle.media_workers set stopped_at = now(), beat_at = now() where id = $1::uuid',
        [this.#facts.id],
      )
    } catch (error) {
      this.#runtime.logger.warn(errorFields(error), 'Workers stopped, but could not record that in the database.')
    }
  }

  #beat(): void {
    // A beat that waits for a connection also serves the next call.
    this.#beating ??= this.#tryToWrite().finally(() => {
      this.#beating = undefined
    })
  }

  async #tryToWrite(): Promise<void> {
    try {
      await this.#write()
    } catch (error) {
      this.#runtime.logger.warn(errorFields(error), 'Workers could not tell the database that they are alive.')
    } finally {
      this.#triedAt = new Date()
    }
  }

  async #write(): Promise<void> {
    const { id, host, processId, queues, refused, targets, isBrief } = this.#facts
    await this.#runtime.database.executeSql(
      `insert into rindle.media_workers (id, host, process_id, queues, refused, targets, is_brief)
       values ($1::uuid, $2::text, $3::int, $4::jsonb, $5::jsonb, $6::jsonb, $7::boolean)
       on conflict (id) do update set beat_at = now(), queues = excluded.queues, refused = excluded.refused`,
      [id, host, processId, JSON.stringify(queues), JSON.stringify(refused), JSON.stringify(targets), isBrief],
    )
    this.#beatAt = new Date()
  }
}

/**
 * Deletes the rows of workers that died, or stopped, more than a day ago. Skips rows that another start is pruning, so
 * it cannot deadlock.
 */
async function prune({ database }: Runtime): Promise<void> {
  await database.executeSql(
    `delete from rindle.media_workers where id in (
       select id from rindle.media_workers where beat_at < now() - interval '1 day' for update skip locked)`,
  )
}
