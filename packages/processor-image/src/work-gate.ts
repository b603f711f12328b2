import { cancelled, throwIfCancelled } from './cancellation.ts'

/** Returns what was taken from a {@link WorkGate}. Safe to repeat. */
export type Release = () => void

interface Waiter {
  readonly bytes: number
  readonly admit: (release: Release) => void
}

/**
 * Bounds the work of one processor: so many slots, each for one running sharp pipeline, and so many bytes of decoded
 * images. Waiting images are admitted in the order of arrival, so small ones do not overtake a large one for ever.
 */
export class WorkGate {
  readonly #maxBytes: number
  #freeSlots: number
  #images = 0
  #bytes = 0
  readonly #waiters: Waiter[] = []

  constructor(slots: number, maxBytes: number) {
    this.#freeSlots = slots
    this.#maxBytes = maxBytes
  }

  /**
   * Waits for a slot and for `bytes`, for one image. An image above the limit waits until it is alone. Rejects with
   * `variant_processing_cancelled` if `signal` aborts meanwhile.
   */
  async enter(bytes: number, signal: AbortSignal): Promise<Release> {
    throwIfCancelled(signal)
    const { promise, resolve, reject } = Promise.withResolvers<Release>()
    const waiter: Waiter = { bytes, admit: resolve }
    const onAbort = (): void => {
      const position = this.#waiters.indexOf(waiter)
      if (position !== -1) this.#waiters.splice(position, 1)
      reject(cancelled(signal))
      this.#admitNext()
    }
    this.#waiters.push(waiter)
    this.#admitNext()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Takes a further slot for an admitted image, if one is free and nobody waits for it; else `null`. */
  tryBorrow(): Release | null {
    if (this.#freeSlots === 0 || this.#waiters.length > 0) return null
    this.#freeSlots -= 1
    return this.#releaseOnce(() => {})
  }

  #admitNext(): void {
    for (;;) {
      const next = this.#waiters[0]
      if (next === undefined || this.#freeSlots === 0) break
      const fits = this.#bytes + next.bytes <= this.#maxBytes
      if (!fits && this.#images > 0) break
      this.#waiters.shift()
      this.#freeSlots -= 1
      this.#images += 1
      this.#bytes += next.bytes
      next.admit(
        this.#releaseOnce(() => {
          this.#images -= 1
          this.#bytes -= next.bytes
        }),
      )
    }
  }

  #releaseOnce(also: () => void): Release {
    let isReleased = false
    return () => {
      if (isReleased) return
      isReleased = true
      this.#freeSlots += 1
      also()
      this.#admitNext()
    }
  }
}
