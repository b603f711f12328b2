import { RequestRefused } from './request-refused.ts'

const RETRY_AFTER_SECONDS = '10'

/** Counts the open event streams of one handler, which are bounded. */
export class EventStreams {
  readonly #max: number
  #open = 0

  constructor(max: number) {
    this.#max = max
  }

  /** Takes a place and gives the function that frees it, safe to repeat. 503 when there is none. */
  enter(): () => void {
    if (this.#open >= this.#max) {
      throw new RequestRefused(503, 'conflict', 'Too many event streams are open. Try again later.', {
        'retry-after': RETRY_AFTER_SECONDS,
      })
    }
    this.#open += 1
    let isInside = true
    return () => {
      if (isInside) this.#open -= 1
      isInside = false
    }
  }
}
