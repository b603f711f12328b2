import type { HandlerConfig } from './options.ts'
import { RequestRefused } from './request-refused.ts'

const RETRY_AFTER = { 'retry-after': '10' }

/** Counts and bounds the open event streams of one handler, in all and for each actor. */
export class EventStreams {
  readonly #max: number
  readonly #maxPerActor: number
  readonly #open = new Map<string, number>()
  #total = 0

  constructor({
    maxEventStreams,
    maxEventStreamsPerActor,
  }: Pick<HandlerConfig, 'maxEventStreams' | 'maxEventStreamsPerActor'>) {
    this.#max = maxEventStreams
    this.#maxPerActor = maxEventStreamsPerActor
  }

  /**
   * Takes a place and returns the function that frees it, safe to repeat. 429 if the actor has none left, 503 if the
   * handler has none.
   */
  enter(actorId: string): () => void {
    const own = this.#open.get(actorId) ?? 0
    if (own >= this.#maxPerActor) {
      throw new RequestRefused(429, 'conflict', `You have ${own} event streams open. Close some first.`, RETRY_AFTER)
    }
    if (this.#total >= this.#max) {
      throw new RequestRefused(503, 'conflict', 'Too many event streams are open. Try again later.', RETRY_AFTER)
    }
    this.#total += 1
    this.#open.set(actorId, own + 1)
    let isInside = true
    return () => {
      if (isInside) this.#leave(actorId)
      isInside = false
    }
  }

  #leave(actorId: string): void {
    this.#total -= 1
    const left = (this.#open.get(actorId) ?? 1) - 1
    if (left === 0) this.#open.delete(actorId)
    else this.#open.set(actorId, left)
  }
}
