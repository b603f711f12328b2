import type { Bytes } from '../file-bytes.ts'

const HEADER_BYTES = 13
const IMAGE = 0x2c
const EXTENSION = 0x21

/** How a GIF ends: with its trailer, without it but after a whole frame, or within a frame. */
export type GifEnd = 'whole' | 'without_trailer' | 'within_frame'

/** Reads through the blocks of a GIF to its end; decodes no pixel. */
export async function endOfGif(bytes: Bytes): Promise<GifEnd> {
  let at = HEADER_BYTES + tableBytes((await bytes.read(10, 1))[0])
  for (;;) {
    const [kind] = await bytes.read(at, 1)
    if (kind === undefined) return 'without_trailer'
    // Bytes after the last frame that belong to no block end the file for every decoder.
    if (kind !== IMAGE && kind !== EXTENSION) return 'whole'
    if (kind === IMAGE) {
      const [flags] = await bytes.read(at + 9, 1)
      // Its colour table, and the size of its codes.
      at += 10 + tableBytes(flags) + 1
    } else at += 2
    const end = await endOfBlocks(bytes, at)
    if (end === null) return kind === IMAGE ? 'within_frame' : 'without_trailer'
    at = end
  }
}

function tableBytes(flags = 0): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1)
}

const READ_BYTES = 64 * 1024

// Blocks may have one byte each, so all blocks in the same read are skipped without waiting.
async function endOfBlocks(bytes: Bytes, from: number): Promise<number | null> {
  for (let at = from; ; ) {
    const read = await bytes.read(at, READ_BYTES)
    if (read.byteLength === 0) return null
    let next = 0
    while (next < read.byteLength) {
      const length = read[next] ?? 0
      if (at + next + 1 + length > bytes.byteSize) return null
      next += 1 + length
      if (length === 0) return at + next
    }
    at += next
  }
}
