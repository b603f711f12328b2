import { isDown, isImplausible } from '../domain/plausibility.ts'
import { isOutage } from '../kernel/storage-adapter/outage.ts'
import { type CodedLogger, errorFields } from '../ports/logger.ts'

/** The reason for which a verb has stopped at a storage. */
export type StopReason = 'unavailable' | 'mostly_missing' | 'mostly_unknown' | 'no_assets'

/** A storage at which a verb has stopped: its objects were skipped, all or in part. */
export interface StoppedStorage {
  readonly storage: string
  /**
   * `unavailable`: it did not answer, or refused, many times in a row. `mostly_missing`: more than half of the expected
   * objects are missing. `mostly_unknown`: no row refers to more than half of its objects. `no_assets`: no asset is
   * known to be in it.
   */
  readonly reason: StopReason
  /** The findings, and the next step. */
  readonly message: string
}

/** An outage affects many items for one reason: the first log lines tell it. */
const LOGGED_OUTAGES = 20

interface Watched {
  failuresInARow: number
  outages: number
  seen: number
  amiss: number
}

/**
 * One run's observations of its storages: it stops at a storage that is down, and, where it compares objects with rows,
 * at one where most of them do not match.
 */
export class StorageWatch {
  readonly #logger: CodedLogger
  readonly #watched = new Map<string, Watched>()
  readonly #stopped = new Map<string, StoppedStorage>()

  constructor(logger: CodedLogger) {
    this.#logger = logger
  }

  /** The storages at which the verb has stopped. */
  get stopped(): readonly StoppedStorage[] {
    return [...this.#stopped.values()]
  }

  isStopped(storage: string): boolean {
    return this.#stopped.has(storage)
  }

  /** Yields these pages, until the verb has stopped at all its storages. */
  async *until<T>(pages: AsyncIterable<T>, storages: readonly string[]): AsyncGenerator<T> {
    for await (const page of pages) {
      yield page
      if (storages.every((storage) => this.isStopped(storage))) return
    }
  }

  /** Notes that a call had an answer, good or bad. */
  answered(storage: string): void {
    this.#of(storage).failuresInARow = 0
  }

  /**
   * Notes that a call for one item has failed: logs it (an outage only within bounds), and stops at a storage that is
   * down.
   */
  failed(storage: string, error: unknown, fields: Readonly<Record<string, unknown>>, message: string): void {
    const line = { ...fields, ...errorFields(error) }
    if (!isOutage(error)) {
      this.answered(storage)
      return this.#logger.error(line, message)
    }
    const watched = this.#of(storage)
    watched.outages += 1
    watched.failuresInARow += 1
    if (watched.outages <= LOGGED_OUTAGES) this.#logger.error(line, message)
    if (watched.outages === LOGGED_OUTAGES) {
      this.#logger.error({ storage, code: error.code }, 'Further outages of this storage are counted but not logged.')
    }
    if (!isDown(watched.failuresInARow)) return
    const what = `it failed ${watched.failuresInARow} times in a row. The last error: ${error.message}`
    this.stop(storage, 'unavailable', `${what} Run \`rindle doctor\`, then run this again when the storage answers.`)
  }

  /** Adds to the counts of a storage: expected or found objects, and missing or unknown ones among them. */
  saw(storage: string, { seen, amiss }: { readonly seen: number; readonly amiss: number }): void {
    const watched = this.#of(storage)
    watched.seen += seen
    watched.amiss += amiss
  }

  /** The counts of a storage. */
  seenOf(storage: string): { readonly seen: number; readonly amiss: number } {
    return this.#of(storage)
  }

  /** Stops at every storage with an implausible number of missing objects. */
  stopWhereMissing(): void {
    for (const [storage, { seen, amiss }] of this.#watched) {
      if (!isImplausible({ seen, amiss })) continue
      const what = `${amiss} of the ${seen} expected objects are missing or damaged. No row was changed.`
      this.stop(
        storage,
        'mostly_missing',
        `${what} Check that this is the right storage, and that it is complete. If so, use the option force.`,
      )
    }
  }

  /** Stops at a storage, and logs it once. */
  stop(storage: string, reason: StopReason, message: string): void {
    if (this.#stopped.has(storage)) return
    this.#stopped.set(storage, { storage, reason, message: `Stopped at storage "${storage}": ${message}` })
    this.#logger.error({ storage, code: `stopped_${reason}` }, `Stopped at storage "${storage}": ${message}`)
  }

  #of(storage: string): Watched {
    const watched = this.#watched.get(storage) ?? { failuresInARow: 0, outages: 0, seen: 0, amiss: 0 }
    this.#watched.set(storage, watched)
    return watched
  }
}
