import type { Database, SqlExecutor } from '@rindle/prisma'
import type { HookEventType } from '../domain/hook-events.ts'
import { errorFields, type Logger } from '../ports/logger.ts'

const TARGETS_CHANNEL = 'rindle_event_targets'

/** SQL for a RETURNING list that tells every process, with the commit, that targets have changed. */
export const NOTIFY_TARGETS: string = `pg_notify('${TARGETS_CHANNEL}', '')::text as announced`

// A pooler between may swallow notifications, and a lost connection loses some: without them the answer is read again.
const FRESH_MS_WHILE_LISTENING = 60_000
const FRESH_MS = 5_000

/** The wish of one target. */
interface Wish {
  readonly types: readonly string[]
  /** Empty: all. */
  readonly profiles: readonly string[]
}

/**
 * What the targets in the database want, so that a change that nobody wants to hear of costs no statement. Read on first
 * use, and again after a process has declared targets: a process that declares none itself writes their events, too.
 */
export class WantedEvents {
  readonly #database: Database
  readonly #logger: Logger
  #wishes: readonly Wish[] | undefined
  #readAt = 0
  #listening: Promise<{ close(): Promise<void> } | undefined> | undefined
  #isListening = false

  constructor(database: Database, logger: Logger) {
    this.#database = database
    this.#logger = logger
  }

  /** Hears of changes at once from now on, where the database has a connection to spare for it. */
  async start(): Promise<void> {
    // A listener would keep a connection of the application's own pool.
    if (this.#database.connectionString === undefined) return
    this.#listening ??= this.#listen()
    await this.#listening
  }

  /** Safe to repeat. */
  async close(): Promise<void> {
    const listening = this.#listening
    this.#listening = undefined
    this.#isListening = false
    await (await listening)?.close()
  }

  /** Reads the targets again at the next question. */
  forget(): void {
    this.#wishes = undefined
  }

  /**
   * Whether some target wants events of this type from one of these profiles. It may have to read that, through the
   * caller's transaction: another connection might never be free.
   */
  async isWanted(sql: SqlExecutor, type: HookEventType, profiles: readonly string[]): Promise<boolean> {
    const freshMs = this.#isListening ? FRESH_MS_WHILE_LISTENING : FRESH_MS
    const isFresh = this.#wishes !== undefined && performance.now() - this.#readAt < freshMs
    const wishes = isFresh ? (this.#wishes ?? []) : await this.#read(sql)
    return wishes.some(
      (wish) =>
        wish.types.includes(type) &&
        (wish.profiles.length === 0 || profiles.some((profile) => wish.profiles.includes(profile))),
    )
  }

  async #read(sql: SqlExecutor): Promise<readonly Wish[]> {
    const readAt = performance.now()
    const { rows } = await sql.executeSql(
      'select to_jsonb(types)::text as types, to_jsonb(profiles)::text as profiles from rindle.media_event_targets',
    )
    const wishes = rows.map((row) => ({
      types: JSON.parse(row['types'] as string) as string[],
      profiles: JSON.parse(row['profiles'] as string) as string[],
    }))
    this.#wishes = wishes
    this.#readAt = readAt
    return wishes
  }

  async #listen(): Promise<{ close(): Promise<void> } | undefined> {
    const forget = (): void => this.forget()
    try {
      const listening = await this.#database.listen(TARGETS_CHANNEL, forget, forget)
      this.#isListening = true
      this.forget()
      return listening
    } catch (error) {
      this.#logger.warn(errorFields(error), `LISTEN failed; targets of events are read every ${FRESH_MS / 1_000} s.`)
      return undefined
    }
  }
}
