import { RindleError } from '../../domain/errors.ts'
import type { GaugeReading } from '../../ports/telemetry.ts'

/** How long a reading is served to callers. */
const FRESH_MS = 15_000
/** Monitors give up after ten seconds or more. */
const TIMEOUT_MS = 8_000

/** Options of {@link GaugeReader}, for tests. */
export interface GaugeReaderOptions {
  /** The clock. @default performance.now */
  readonly nowMs?: () => number
  /** The longest wait of a caller. @default 8000 */
  readonly timeoutMs?: number
}

/**
 * Reads the gauges once at a time and at most every 15 seconds, for any number of callers, so that no monitor can load
 * the database. A caller waits at most 8 seconds; the reading continues for the next caller.
 */
export class GaugeReader {
  readonly #read: () => Promise<readonly GaugeReading[]>
  readonly #nowMs: () => number
  readonly #timeoutMs: number
  #reading: Promise<readonly GaugeReading[]> | undefined
  /** The time at which the present reading ended. */
  #readAtMs: number | undefined

  constructor(read: () => Promise<readonly GaugeReading[]>, options: GaugeReaderOptions = {}) {
    this.#read = read
    this.#nowMs = options.nowMs ?? (() => performance.now())
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  }

  /** `database_unavailable` when it takes too long; rejects as {@link runtimeStatus} does. */
  async gauges(): Promise<readonly GaugeReading[]> {
    const isOld = this.#readAtMs !== undefined && this.#nowMs() - this.#readAtMs >= FRESH_MS
    if (this.#reading === undefined || isOld) this.#reading = this.#begin()
    return readWithin(this.#reading, this.#timeoutMs)
  }

  #begin(): Promise<readonly GaugeReading[]> {
    this.#readAtMs = undefined
    const reading = this.#read()
    void this.#remember(reading)
    return reading
  }

  async #remember(reading: Promise<readonly GaugeReading[]>): Promise<void> {
    try {
      await reading
      this.#readAtMs = this.#nowMs()
    } catch {
      // The callers get the error; the next one tries again.
      this.#reading = undefined
    }
  }
}

async function readWithin<T>(reading: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const message = `The gauges could not be read within ${timeoutMs / 1_000} s.`
  const timer = setTimeout(() => reject(new RindleError('database_unavailable', message)), timeoutMs)
  try {
    return await Promise.race([reading, late])
  } finally {
    clearTimeout(timer)
  }
}
