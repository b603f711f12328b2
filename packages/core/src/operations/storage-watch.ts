import { isRindleError, type RindleError } from '../domain/errors.ts'
import { isDown, isImplausible } from '../domain/plausibility.ts'
import { type CodedLogger, errorFields } from '../ports/logger.ts'

/** Why a verb has stopped at a storage. */
export type StopReason = 'unavailable' | 'mostly_missing' | 'mostly_unknown' | 'no_assets'

/** A storage at which a verb has stopped: what it holds was not done, or not all of it. */
export interface StoppedStorage {
  readonly storage: string
  /**
   * `unavailable`: it did not answer, or refused, many times in a row. `mostly_missing`: more than half of the objects
   * that were looked for are missing. `mostly_unknown`: more than half of its objects are known to no row. `no_assets`:
   * no asset is known to be in it.
   */
  readonly reason: StopReason
  /** What was seen, and what to do. */
  readonly message: string
}

const OUTAGES = [
  'storage_unavailable',
  'storage_denied',
  'unknown_storage',
  'config_invalid',
  'insufficient_disk',
] as const

/** Whether an error says nothing about an object, but that its storage cannot be asked now. */
export function isOutage(error: unknown): error is RindleError {
  return OUTAGES.some((code) => isRindleError(error, code))
}

/** An outage is of many items and has one reason: that is in the first lines. */
const LOGGED_OUTAGES = 20

interface Watched {
  failuresInARow: number
  outages: number
  seen: number
  amiss: number
}

/**
 * What one run of a verb learns of the storages that it asks: it stops at one that is down, and, where it looks for
 * objects or for their rows, at one where most of them are amiss.
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

  /** These pages, until it has stopped at every one of the storages that the verb asks. */
  async *until<T>(pages: AsyncIterable<T>, storages: readonly string[]): AsyncGenerator<T> {
    for await (const page of pages) {
      yield page
      if (storages.every((storage) => this.isStopped(storage))) return
    }
  }

  /** A call had an answer, whatever it said of its object. */
  answered(storage: string): void {
    this.#of(storage).failuresInARow = 0
  }

  /** A call for one item has failed: logs that, an outage within bounds, and stops at the storage when it is down. */
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
      this.#logger.error({ storage, code: error.code }, 'Further outages of this storage are counted, and not logged.')
    }
    if (!isDown(watched.failuresInARow)) return
    const what = `it failed ${watched.failuresInARow} times in a row, at last: ${error.message}`
    this.stop(storage, 'unavailable', `${what} Run \`rindle doctor\`, and this again when the storage answers.`)
  }

  /** So many objects were looked for, or found, and so many of them are missing, or unknown. */
  saw(storage: string, { seen, amiss }: { readonly seen: number; readonly amiss: number }): void {
    const watched = this.#of(storage)
    watched.seen += seen
    watched.amiss += amiss
  }

  /** What was seen of a storage. */
  seenOf(storage: string): { readonly seen: number; readonly amiss: number } {
    return this.#of(storage)
  }

  /** Stops at every storage of which more objects are missing than can be. */
  stopWhereMissing(): void {
    for (const [storage, { seen, amiss }] of this.#watched) {
      if (!isImplausible({ seen, amiss })) continue
      const what = `${amiss} of the ${seen} objects that were looked for are missing or damaged, and no row was changed for it.`
      this.stop(storage, 'mostly_missing', `${what} Is it the right one, and is all of it there? If so, force it.`)
    }
  }

  /** Stops at a storage, and says so once. */
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
