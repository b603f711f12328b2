/** Bytes of a file, by their place: from `start` up to `end`, which is not one of them. */
export interface FileRange {
  readonly start: number
  readonly end: number
}

/** The same byte, `count` times. */
export interface RepeatedByte {
  readonly byte: number
  readonly count: number
}

/** A part of a file that is made of another one: a range of that file, or bytes of its own. */
export type FilePiece = FileRange | RepeatedByte | Uint8Array

/** Other bytes, of the same number, for those from `at` on. */
export interface FilePatch {
  readonly at: number
  readonly bytes: Uint8Array | RepeatedByte
}

/** The number of bytes of the pieces. Pure. */
export function lengthOfPieces(pieces: readonly FilePiece[]): number {
  return pieces.reduce((sum, piece) => sum + lengthOf(piece), 0)
}

/** The same pieces with adjacent ranges joined, and without empty ones. Pure. */
export function joinPieces(pieces: readonly FilePiece[]): readonly FilePiece[] {
  const joined: FilePiece[] = []
  for (const piece of pieces) {
    if (lengthOf(piece) === 0) continue
    const last = joined.at(-1)
    if (last !== undefined && isRange(last) && isRange(piece) && last.end === piece.start) {
      joined[joined.length - 1] = { start: last.start, end: piece.end }
    } else joined.push(piece)
  }
  return joined
}

/** A file of `byteSize` bytes with other bytes in some places. Where patches overlap, the first in the file counts. Pure. */
export function patchedPieces(byteSize: number, patches: readonly FilePatch[]): readonly FilePiece[] {
  const pieces: FilePiece[] = []
  let at = 0
  for (const patch of patches.toSorted((one, other) => one.at - other.at)) {
    if (patch.at < at) continue
    pieces.push({ start: at, end: patch.at }, patch.bytes)
    at = patch.at + lengthOf(patch.bytes)
  }
  return joinPieces([...pieces, { start: at, end: byteSize }])
}

/** Whether a piece is a range of the file. Pure. */
export function isRange(piece: FilePiece): piece is FileRange {
  return 'start' in piece
}

function lengthOf(piece: FilePiece): number {
  if (isRange(piece)) return piece.end - piece.start
  return 'count' in piece ? piece.count : piece.byteLength
}
