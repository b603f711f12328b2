/** Maps the next 16 bits to a code: its length in the high byte, its symbol in the low one; 0: no code. */
export type HuffmanTable = Uint16Array

const LOOKED_AT = 16
const MAX_CODES = 256
const COEFFICIENTS = 64
const ZERO_RUN = 15

/** The tables of a DHT segment, by class and number as one byte. */
export function* huffmanTables(data: Buffer): Generator<readonly [id: number, table: HuffmanTable]> {
  for (let at = 0; at + 17 <= data.byteLength; ) {
    const counts = data.subarray(at + 1, at + 17)
    const total = counts.reduce((sum, count) => sum + count, 0)
    if (total > MAX_CODES) return
    yield [data[at] ?? 0, tableOf(counts, data.subarray(at + 17, at + 17 + total))]
    at += 17 + total
  }
}

function tableOf(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const table = new Uint16Array(1 << LOOKED_AT)
  let next = 0
  let used = 0
  for (const [index, count] of counts.entries()) {
    const length = index + 1
    const span = 1 << (LOOKED_AT - length)
    for (let code = 0; code < count; code += 1) {
      table.fill((length << 8) | (symbols[used] ?? 0), next, next + span)
      next += span
      used += 1
    }
  }
  return table
}

/** The bits of a scan, which end with the bytes or with a marker. */
export class JpegBits {
  readonly #bytes: Buffer
  #at: number
  #bits = 0
  #count = 0

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  /** Skips one block; `false` if the bits end before it does, or are invalid. */
  skipBlock(dc: HuffmanTable, ac: HuffmanTable): boolean {
    const size = this.#symbol(dc)
    if (size < 0 || size > LOOKED_AT || !this.#skip(size)) return false
    for (let at = 1; at < COEFFICIENTS; at += 1) {
      const symbol = this.#symbol(ac)
      if (symbol < 0) return false
      const run = symbol >> 4
      const bits = symbol & 15
      if (bits === 0 && run < ZERO_RUN) return true
      at += run
      if (at >= COEFFICIENTS || !this.#skip(bits)) return false
    }
    return true
  }

  /** Skips the restart marker with that number; `false` if it is not the next thing here. */
  restart(number: number): boolean {
    this.#fill()
    if (this.#count >= 8) return false
    while (this.#bytes[this.#at] === 0xff && this.#bytes[this.#at + 1] === 0xff) this.#at += 1
    if (this.#bytes[this.#at] !== 0xff || this.#bytes[this.#at + 1] !== 0xd0 + (number % 8)) return false
    this.#at += 2
    this.#bits = 0
    this.#count = 0
    return true
  }

  #symbol(table: HuffmanTable): number {
    this.#fill()
    const missing = LOOKED_AT - this.#count
    const next = missing > 0 ? this.#bits << missing : this.#bits >>> -missing
    const entry = table[next & 0xffff] ?? 0
    const length = entry >> 8
    if (length === 0 || length > this.#count) return -1
    this.#count -= length
    return entry & 0xff
  }

  #skip(bits: number): boolean {
    this.#fill()
    if (bits > this.#count) return false
    this.#count -= bits
    return true
  }

  // At most 24 bits, so that they stay a positive number of 32 bits.
  #fill(): void {
    while (this.#count <= LOOKED_AT) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined) return
      if (byte === 0xff) {
        if (this.#bytes[this.#at + 1] !== 0) return
        this.#at += 1
      }
      this.#at += 1
      this.#bits = ((this.#bits << 8) | byte) & 0xffffff
      this.#count += 8
    }
  }
}
