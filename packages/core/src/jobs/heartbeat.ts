import type { QueueName, RefusedQueues } from '../domain/queues.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { errorFields } from '../ports/logger.ts'

/** How often workers say that they are alive. */
export const BEAT_EVERY_SECONDS = 15

/** What a heartbeat says: who works, how many jobs at once of which queue, and on which not. */
export interface HeartbeatFacts {
  readonly id: string
  readonly host: string
  readonly processId: number
  readonly queues: Partial<Readonly<Record<QueueName, number>>>
  readonly refused: RefusedQueues
}

/**
 * The row by which other processes know that workers run in this one. It is written again if somebody has pruned it, a
 * suspended machine's for instance. Beats that fail are logged, and the next one is due all the same: workers outlive
 * a restart of the database.
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

  /** Writes the first beat; the others follow by themselves. */
  static async start(runtime: Runtime, facts: HeartbeatFacts): Promise<Heartbeat> {
    const heartbeat = new Heartbeat(runtime, facts)
    await heartbeat.#write()
    await prune(runtime)
    heartbeat.#timer = setInterval(() => heartbeat.#beat(), BEAT_EVERY_SECONDS * 1_000)
    // Alone it is no reason for a process to live.
    heartbeat.#timer.unref()
    return heartbeat
  }

  /** Says at once what has changed. */
  change(changes: Pick<HeartbeatFacts, 'queues' | 'refused'>): void {
    this.#facts = { ...this.#facts, ...changes }
    // A beat that is under way still says what was.
    void (this.#beating ?? Promise.resolve()).then(() => this.#beat())
  }

  /** When the database last knew that these workers are alive. */
  get beatAt(): Date {
    return this.#beatAt
  }

  /** When a beat was last tried, whatever came of it: long ago, when this process hangs. */
  get triedAt(): Date {
    return this.#triedAt
  }

  /** Writes down that they stop because they were told to. One that cannot is logged, and counts as dead soon. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#beating
    try {
      await this.#runtime.database.executeSql(
        'update rindle.media_workers set stopped_at = now(), beat_at = now() where id = $1::uuid',
        [this.#facts.id],
      )
    } catch (error) {
      this.#runtime.logger.warn(errorFields(error), 'Workers stopped, but could not say so in the database.')
    }
  }

  #beat(): void {
    // One that waits for a connection is as good as the next.
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
    const { id, host, processId, queues, refused } = this.#facts
    await this.#runtime.database.executeSql(
      `insert into rindle.media_workers (id, host, process_id, queues, refused)
       values ($1::uuid, $2::text, $3::int, $4::jsonb, $5::jsonb)
       on conflict (id) do update set beat_at = now(), queues = excluded.queues, refused = excluded.refused`,
      [id, host, processId, JSON.stringify(queues), JSON.stringify(refused)],
    )
    this.#beatAt = new Date()
  }
}

/** Forgets who died, or stopped, more than a day ago. Skips rows that another start prunes at this moment: it cannot deadlock. */
async function prune({ database }: Runtime): Promise<void> {
  await database.executeSql(
    `delete from rindle.media_workers where id in (
       select id from rindle.media_workers where beat_at < now() - interval '1 day' for update skip locked)`,
  )
}
