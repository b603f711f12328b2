/** Reads frame times from the output of the filter `metadata`: one line each, "frame:3 pts:12 pts_time:0.12". */
export class FrameTimes {
  readonly #onFrame: (seconds: number) => void
  #rest = ''
  #count = 0
  #last = 0
  #longestGap = 0

  /** `onFrame` receives the time of each frame, in seconds. */
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

  /** The number of frames so far. */
  get count(): number {
    return this.#count
  }

  /** The time of the last frame; 0 before the first. */
  get lastSeconds(): number {
    return this.#last
  }

  /** The longest time between two frames, or before the first. */
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
