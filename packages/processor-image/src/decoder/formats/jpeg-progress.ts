import { isStartOfFrame } from './jpeg.ts'
import { jpegMarkers } from './jpeg-markers.ts'

const START_OF_SCAN = 0xda
const COEFFICIENTS = 64

/**
 * Whether a progressive JPEG was cut off in its last scan, and that scan only refines the picture: then only the lowest
 * bit of some of its frequencies is missing, which nobody sees. Pure.
 */
export function lacksOnlyTheLastBit(bytes: Buffer): boolean {
  const lowestBits = new Map<number, number[]>()
  let isLastSharpening = false
  for (const { marker, data } of jpegMarkers(bytes)) {
    if (isStartOfFrame(marker)) {
      const ids = Array.from({ length: data[5] ?? 0 }, (_, index) => data[6 + index * 3] ?? 0)
      for (const id of ids)
        lowestBits.set(
          id,
          Array.from({ length: COEFFICIENTS }, () => Number.NaN),
        )
    } else if (marker === START_OF_SCAN) isLastSharpening = noteScan(data, lowestBits)
  }
  const all = [...lowestBits.values()].flat()
  return isLastSharpening && all.length > 0 && all.every((bit) => bit === 0)
}

// Returns whether the scan refines by one bit what another scan has brought.
function noteScan(data: Buffer, lowestBits: ReadonlyMap<number, number[]>): boolean {
  const count = data[0] ?? 0
  const [first = 0, last = 0, approximation = 0] = data.subarray(1 + count * 2)
  const lowest = approximation & 15
  for (let index = 0; index < count; index += 1) {
    lowestBits.get(data[1 + index * 2] ?? 0)?.fill(lowest, first, last + 1)
  }
  return approximation >> 4 === lowest + 1
}
