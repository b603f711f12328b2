/** How waiting for a flight ended: with its result, with the time, or at once because too many wait. */
export type Joined<T> = { readonly outcome: 'landed'; readonly value: T } | { readonly outcome: 'late' | 'full' }

/** One caller that waits for a flight. */
export interface Traveller<T> {
  /** Does the work, for the first caller. The signal tells that nobody waits any more. */
  readonly fly: (signal: AbortSignal) => Promise<T>
  /** The longest wait. */
  readonly timeoutMs: number
  /** Ends the wait of this caller. */
  readonly signal: AbortSignal
}

interface Flight<T> {
  readonly landing: Promise<T>
  readonly end: AbortController
  travellers: number
}

/**
 * Work of one process that many callers wait for together: the first one begins it, and the last one to leave ends it.
 * The number of callers is bounded.
 */
export class Flights {
  readonly #maxWaiting: number
  readonly #flights = new Map<string, Flight<unknown>>()
  #waiting = 0

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting
  }

  /** Callers that wait now. */
  get waiting(): number {
    return this.#waiting
  }

  /**
   * Waits for the flight of that key, and begins it if there is none. Rejects as it does, or as the signal aborts. All
   * flights of one key have results of one type.
   */
  async join<T>(key: string, traveller: Traveller<T>): Promise<Joined<T>> {
    traveller.signal.throwIfAborted()
    if (this.#waiting >= this.#maxWaiting) return { outcome: 'full' }
    const flight = (this.#flights.get(key) ?? this.#begin(key, traveller.fly)) as Flight<T>
    this.#waiting += 1
    flight.travellers += 1
    try {
      return await landingOf(flight, traveller)
    } finally {
      this.#waiting -= 1
      flight.travellers -= 1
      if (flight.travellers === 0) this.#end(key, flight)
    }
  }

  #begin(key: string, fly: Traveller<unknown>['fly']): Flight<unknown> {
    const end = new AbortController()
    const flight = { landing: fly(end.signal), end, travellers: 0 }
    this.#flights.set(key, flight)
    // Whoever waits hears of a failure. Once nobody does, the next request meets it again.
    flight.landing.catch(() => undefined).finally(() => this.#end(key, flight))
    return flight
  }

  #end(key: string, flight: Flight<unknown>): void {
    flight.end.abort()
    if (this.#flights.get(key) === flight) this.#flights.delete(key)
  }
}

async function landingOf<T>({ landing }: Flight<T>, { timeoutMs, signal }: Traveller<T>): Promise<Joined<T>> {
  const { promise, resolve, reject } = Promise.withResolvers<Joined<T>>()
  const timer = setTimeout(() => resolve({ outcome: 'late' }), timeoutMs)
  const leave = (): void => reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  landing.then((value) => resolve({ outcome: 'landed', value }), reject)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', leave)
  }
}
