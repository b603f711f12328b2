import { codeOf } from '@rindle/core/adapter'

/** A value is kept at least so long, */
const LEAST_KEPT_MS = 5_000
/** and this many times as long as its reading took, so that readings take at most a tenth of the database's time. */
const KEPT_PER_READING = 9

/** The latest value. It may be old: a newer one is read behind the page. */
export interface Latest<T> {
  /** `null`: this process has none yet. */
  readonly value: T | null
  /** Whether a newer one is being read. */
  readonly isReading: boolean
  /** The code of the error that ended the last reading; `null`: it succeeded. */
  readonly failure: string | null
}

/** A value that takes long to read: no page waits for it. */
export class Kept<T> {
  readonly #read: () => Promise<T>
  readonly #isQuick: () => Promise<boolean>
  readonly #onRead: () => void
  readonly #clock: () => number
  #value: T | null = null
  #failure: string | null = null
  #reading: Promise<void> | null = null
  #staleAt = Number.NEGATIVE_INFINITY

  constructor(parts: {
    readonly read: () => Promise<T>
    /** Whether a reading takes so little time that a page may wait for it: by the amount of data, not by a clock. */
    readonly isQuick: () => Promise<boolean>
    /** Called after every reading. */
    readonly onRead: () => void
    /** Milliseconds. @default `performance.now` */
    readonly clock?: () => number
  }) {
    this.#read = parts.read
    this.#isQuick = parts.isQuick
    this.#onRead = parts.onRead
    this.#clock = parts.clock ?? (() => performance.now())
  }

  /** Returns the latest value at once, and begins to read a newer one when it is old. */
  latest(): Latest<T> {
    if (this.#reading === null && this.#clock() >= this.#staleAt) this.#reading = this.#readAnew()
    return { value: this.#value, isReading: this.#reading !== null, failure: this.#failure }
  }

  /** Returns the latest value, and waits for a newer one only where its reading is quick. */
  async fresh(): Promise<Latest<T>> {
    const latest = this.latest()
    const reading = this.#reading
    if (reading === null || !(await this.#isQuick())) return latest
    await reading
    return this.latest()
  }

  async #readAnew(): Promise<void> {
    const begun = this.#clock()
    try {
      this.#value = await this.#read()
      this.#failure = null
    } catch (error) {
      // The old value stands, and the page says why.
      this.#failure = codeOf(error) ?? 'unknown_error'
    }
    const ended = this.#clock()
    this.#staleAt = ended + Math.max(LEAST_KEPT_MS, KEPT_PER_READING * (ended - begun))
    this.#reading = null
    this.#onRead()
  }
}
