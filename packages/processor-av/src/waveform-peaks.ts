// Enough to place the borders of a thousand buckets to within a tenth of a percent of the whole.
const MAX_CELLS = 65_536

/** The lowest and highest sample of each of several equal parts: `[min, max, min, max, …]`, −1 to 1. */
export type Peaks = readonly number[]

/**
 * Collects the peaks of sound of unknown length in constant memory: cells of equal length hold their lowest and highest
 * sample, and when all cells are used, each two become one.
 */
export class WaveformPeaks {
  readonly #lowest = new Int16Array(MAX_CELLS)
  readonly #highest = new Int16Array(MAX_CELLS)
  #cellSamples = 1
  #samples = 0

  /** The number of samples added. */
  get samples(): number {
    return this.#samples
  }

  /** Takes the next samples. */
  add(samples: Int16Array): void {
    for (const sample of samples) {
      if (this.#samples === MAX_CELLS * this.#cellSamples) this.#halve()
      const cell = Math.floor(this.#samples / this.#cellSamples)
      if (this.#samples % this.#cellSamples === 0) {
        this.#lowest[cell] = sample
        this.#highest[cell] = sample
      } else {
        if (sample < (this.#lowest[cell] ?? 0)) this.#lowest[cell] = sample
        if (sample > (this.#highest[cell] ?? 0)) this.#highest[cell] = sample
      }
      this.#samples += 1
    }
  }

  /** Returns the peaks of `count` equal parts of `totalSamples`; parts past the last sample are silent. */
  peaks(count: number, totalSamples: number): Peaks {
    const cells = Math.ceil(this.#samples / this.#cellSamples)
    const perBucket = totalSamples / this.#cellSamples / count
    return Array.from({ length: count }, (_, bucket) => {
      const begin = Math.floor(bucket * perBucket)
      const end = Math.min(cells, Math.max(begin + 1, Math.floor((bucket + 1) * perBucket)))
      return this.#range(begin, end)
    }).flat()
  }

  #range(begin: number, end: number): readonly [number, number] {
    if (begin >= end) return [0, 0]
    let lowest = 32_767
    let highest = -32_768
    for (let cell = begin; cell < end; cell += 1) {
      lowest = Math.min(lowest, this.#lowest[cell] ?? 0)
      highest = Math.max(highest, this.#highest[cell] ?? 0)
    }
    return [normalized(lowest), normalized(highest)]
  }

  #halve(): void {
    for (let cell = 0; cell < MAX_CELLS / 2; cell += 1) {
      const [first, second] = [cell * 2, cell * 2 + 1]
      this.#lowest[cell] = Math.min(this.#lowest[first] ?? 0, this.#lowest[second] ?? 0)
      this.#highest[cell] = Math.max(this.#highest[first] ?? 0, this.#highest[second] ?? 0)
    }
    this.#cellSamples *= 2
  }
}

// Four decimals are finer than a pixel of any drawing.
function normalized(sample: number): number {
  return Math.round((sample / 32_768) * 10_000) / 10_000
}
