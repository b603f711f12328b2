import { cancelled, throwIfCancelled } from './cancellation.ts'

/** Bounds the documents that are read at once. Those who wait are admitted in the order of arrival. */
export class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  /** Runs `work` on a free slot. Rejects with `variant_processing_cancelled` if `signal` aborts while it waits. */
  async run<Result>(work: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    await this.#enter(signal)
    try {
      return await work()
    } finally {
      this.#free += 1
      this.#admit()
    }
  }

  async #enter(signal: AbortSignal | undefined): Promise<void> {
    throwIfCancelled(signal)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAbort = (): void => {
      const place = this.#waiting.indexOf(resolve)
      if (place === -1) return
      this.#waiting.splice(place, 1)
      if (signal !== undefined) reject(cancelled(signal))
    }
    this.#waiting.push(resolve)
    this.#admit()
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      await promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #admit(): void {
    while (this.#free > 0) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#free -= 1
      next()
    }
  }
}
