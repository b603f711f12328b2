import { type FileHandle, open } from 'node:fs/promises'
import { type FilePiece, isRange, lengthOfPieces, type RepeatedByte } from '../domain/file-pieces.ts'

const CHUNK_BYTES = 1024 * 1024

/** Reads the bytes that the pieces of a file make, with bounded memory. Rejects if the file is shorter than a range. */
export async function* readPieces(path: string, pieces: readonly FilePiece[]): AsyncGenerator<Uint8Array> {
  await using file = await open(path)
  for (const piece of pieces) {
    if (isRange(piece)) yield* readRange(file, piece.start, piece.end)
    else if ('count' in piece) yield* repeated(piece.byte, piece.count)
    else yield piece
  }
}

/** Whether the pieces of a file make the file itself. */
export async function areUnchanged(path: string, byteSize: number, pieces: readonly FilePiece[]): Promise<boolean> {
  if (lengthOfPieces(pieces) !== byteSize) return false
  await using file = await open(path)
  let at = 0
  for (const piece of pieces) {
    const end = at + lengthOfPieces([piece])
    if (isRange(piece) ? piece.start !== at : !(await isSame(file, at, end, piece))) return false
    at = end
  }
  return true
}

async function isSame(
  file: FileHandle,
  start: number,
  end: number,
  piece: RepeatedByte | Uint8Array,
): Promise<boolean> {
  let at = 0
  for await (const chunk of readRange(file, start, end)) {
    const expected =
      'count' in piece ? Buffer.alloc(chunk.byteLength, piece.byte) : piece.subarray(at, at + chunk.byteLength)
    if (Buffer.compare(expected, chunk) !== 0) return false
    at += chunk.byteLength
  }
  return true
}

async function* readRange(file: FileHandle, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; ) {
    const wanted = Math.min(CHUNK_BYTES, end - at)
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, at)
    if (bytesRead === 0) throw new Error(`The file ends at ${at}, before a range that ends at ${end}.`)
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}

function* repeated(byte: number, count: number): Generator<Uint8Array> {
  for (let left = count; left > 0; left -= CHUNK_BYTES) yield Buffer.alloc(Math.min(CHUNK_BYTES, left), byte)
}
