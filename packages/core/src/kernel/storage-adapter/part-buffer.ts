const FIRST_BYTES = 64 * 1024
const GROWTH = 8

/** Collects the bytes of one part after another. */
export interface PartBuffer {
  isFull(): boolean
  /** Copies as many bytes as fit; returns the rest. */
  fill(bytes: Buffer): Buffer
  /** Hands the part over and begins the next. */
  drain(): Buffer
}

/**
 * Holds at most `partBytes`. Copies bytes together, because chunks of a few bytes each would take many times their
 * size. The first part has room for the expected body or, if its size is not known, grows as it is filled, because most
 * bodies are much smaller than a part. Memory that is given up again and again keeps the garbage collector busy.
 */
export function partBuffer(partBytes: number, expectedBytes: number = FIRST_BYTES): PartBuffer {
  let memory = Buffer.alloc(0)
  let filledBytes = 0
  let leastBytes = Math.min(expectedBytes, partBytes)

  const makeRoom = (wantedBytes: number): void => {
    if (wantedBytes <= memory.byteLength) return
    const roomBytes = Math.max(wantedBytes, memory.byteLength * GROWTH, leastBytes)
    const larger = Buffer.allocUnsafeSlow(Math.min(roomBytes, partBytes))
    memory.copy(larger, 0, 0, filledBytes)
    memory = larger
  }

  return {
    isFull: () => filledBytes === partBytes,
    fill(bytes) {
      makeRoom(Math.min(filledBytes + bytes.byteLength, partBytes))
      const takenBytes = bytes.copy(memory, filledBytes)
      filledBytes += takenBytes
      return bytes.subarray(takenBytes)
    },
    drain() {
      const part = memory.subarray(0, filledBytes)
      memory = Buffer.alloc(0)
      filledBytes = 0
      leastBytes = partBytes
      return part
    },
  }
}
