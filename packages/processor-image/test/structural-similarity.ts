const WINDOW = 8
const STEP = 4
const C1 = (0.01 * 255) ** 2
const C2 = (0.03 * 255) ** 2

/** Mean structural similarity of the luminance of two pictures of the same size, 3 channels of 8 bits each. */
export function structuralSimilarity(a: Buffer, b: Buffer, width: number, height: number): number {
  const first = luminance(a)
  const second = luminance(b)
  let total = 0
  let windows = 0
  for (let y = 0; y + WINDOW <= height; y += STEP) {
    for (let x = 0; x + WINDOW <= width; x += STEP) {
      total += similarityOfWindow(first, second, width, x, y)
      windows += 1
    }
  }
  return total / windows
}

function similarityOfWindow(a: Float64Array, b: Float64Array, width: number, left: number, top: number): number {
  let sumA = 0
  let sumB = 0
  let sumAA = 0
  let sumBB = 0
  let sumAB = 0
  for (let y = top; y < top + WINDOW; y += 1) {
    for (let x = left; x < left + WINDOW; x += 1) {
      const valueA = a[y * width + x] ?? Number.NaN
      const valueB = b[y * width + x] ?? Number.NaN
      sumA += valueA
      sumB += valueB
      sumAA += valueA * valueA
      sumBB += valueB * valueB
      sumAB += valueA * valueB
    }
  }
  const count = WINDOW * WINDOW
  const meanA = sumA / count
  const meanB = sumB / count
  const varianceA = sumAA / count - meanA * meanA
  const varianceB = sumBB / count - meanB * meanB
  const covariance = sumAB / count - meanA * meanB
  return (
    ((2 * meanA * meanB + C1) * (2 * covariance + C2)) /
    ((meanA * meanA + meanB * meanB + C1) * (varianceA + varianceB + C2))
  )
}

function luminance(pixels: Buffer): Float64Array {
  const values = new Float64Array(pixels.length / 3)
  for (let index = 0; index < values.length; index += 1) {
    const at = index * 3
    values[index] =
      0.2126 * pixels.readUInt8(at) + 0.7152 * pixels.readUInt8(at + 1) + 0.0722 * pixels.readUInt8(at + 2)
  }
  return values
}
