const WINDOW = 8
const STEP = 4
const CHANNELS = 3
// The constants of the method, for values of 8 bits.
const C1 = (0.01 * 255) ** 2
const C2 = (0.03 * 255) ** 2

/** Pixels of 8 bits, red, green and blue. */
export interface Pixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** The mean structural similarity of two pictures of one size, over windows of 8 × 8 in each channel: 1 is equal. Pure. */
export function ssim(one: Pixels, other: Pixels): number {
  let sum = 0
  let count = 0
  for (let channel = 0; channel < CHANNELS; channel += 1) {
    for (let top = 0; top + WINDOW <= one.height; top += STEP) {
      for (let left = 0; left + WINDOW <= one.width; left += STEP) {
        sum += ssimOfWindow(one, other, (top * one.width + left) * CHANNELS + channel)
        count += 1
      }
    }
  }
  return sum / count
}

function ssimOfWindow({ data: a, width }: Pixels, { data: b }: Pixels, start: number): number {
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0]
  for (let row = 0; row < WINDOW; row += 1) {
    const begin = start + row * width * CHANNELS
    for (let at = begin; at < begin + WINDOW * CHANNELS; at += CHANNELS) {
      const [x, y] = [a[at] ?? 0, b[at] ?? 0]
      sumA += x
      sumB += y
      squaresA += x * x
      squaresB += y * y
      products += x * y
    }
  }
  const n = WINDOW * WINDOW
  const [meanA, meanB] = [sumA / n, sumB / n]
  const varianceA = squaresA / n - meanA * meanA
  const varianceB = squaresB / n - meanB * meanB
  const covariance = products / n - meanA * meanB
  return (
    ((2 * meanA * meanB + C1) * (2 * covariance + C2)) /
    ((meanA * meanA + meanB * meanB + C1) * (varianceA + varianceB + C2))
  )
}
