import type { VariantOutcome } from '@rindle/core/adapter'
import { throwIfCancelled } from './cancellation.ts'

/**
 * Hands outcomes to the caller, one at a time and in their order. While one is being committed, the next output may be
 * made, but no more: work that waits for {@link begin} does not pile up files.
 */
export class Deliveries {
  readonly #onOutcome: (outcome: VariantOutcome) => Promise<void>
  readonly #signal: AbortSignal
  #last: Promise<void> = Promise.resolve()

  /** Nothing is handed over once `signal` is aborted, though it waits already. */
  constructor(onOutcome: (outcome: VariantOutcome) => Promise<void>, signal: AbortSignal) {
    this.#onOutcome = onOutcome
    this.#signal = signal
  }

  /** Resolves when the delivery of the outcome begins; rejects if the caller failed on an earlier one. */
  async begin(outcome: VariantOutcome): Promise<void> {
    const previous = this.#last
    this.#last = previous.then(() => {
      throwIfCancelled(this.#signal)
      return this.#onOutcome(outcome)
    })
    // The next `begin` or `settle` reports it; until then it must not count as unhandled.
    this.#last.catch(() => {})
    await previous
  }

  /** Resolves when everything is delivered; rejects with the caller's failure. */
  async settle(): Promise<void> {
    await this.#last
  }
}
