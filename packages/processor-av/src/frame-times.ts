/** Reads the times of frames from what the filter `metadata` prints: one line for each, "frame:3 pts:12 pts_time:0.12". */
export class FrameTimes {
  readonly #onFrame: (seconds: number) => void
  #rest = ''
  #count = 0
  #last = 0
  #longestGap = 0

  /** `onFrame` is given the time of each, in seconds. */
  constructor(onFrame: (seconds: number) => void) {
    this.#onFrame = onFrame
  }

  /** Takes the next bytes. */
  read(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      const seconds = Number.parseFloat(/^frame:.*pts_time:(\S+)/.exec(line)?.[1] ?? '')
      if (!Number.isNaN(seconds)) this.#meet(seconds)
    }
  }

  /** How many there were. */
  get count(): number {
    return this.#count
  }

  /** The time of the last; 0 when there was none. */
  get lastSeconds(): number {
    return this.#last
  }

  /** The longest time between two, or before the first. */
  get longestGapSeconds(): number {
    return this.#longestGap
  }

  #meet(seconds: number): void {
    this.#count += 1
    this.#longestGap = Math.max(this.#longestGap, seconds - this.#last)
    this.#last = seconds
    this.#onFrame(seconds)
  }
}
