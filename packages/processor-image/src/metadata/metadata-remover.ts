import { type FileHandle, open } from 'node:fs/promises'
import type { FilePiece, MetadataRemoval, MetadataRemover } from '@rindle/core/adapter'
import { heifPieces } from './heif.ts'
import { jpegPieces } from './jpeg.ts'
import { pngPieces } from './png.ts'
import { webpPieces } from './webp.ts'

type PiecesOf = (file: FileHandle, byteSize: number, removal: MetadataRemoval) => Promise<readonly FilePiece[]>

const BY_TYPE: ReadonlyMap<string, PiecesOf> = new Map([
  ['image/jpeg', jpegPieces],
  ['image/png', pngPieces],
  ['image/apng', pngPieces],
  ['image/webp', webpPieces],
  ['image/heic', heifPieces],
  ['image/heif', heifPieces],
  ['image/avif', heifPieces],
])

/** Removes metadata from pictures, with no decoder: reads headers, and of a JPEG also its data, once. */
export const imageMetadataRemover: MetadataRemover = {
  contentTypes: new Set(BY_TYPE.keys()),
  async remove({ path, contentType }, { removal, signal }) {
    signal.throwIfAborted()
    const piecesOf = BY_TYPE.get(contentType)
    if (piecesOf === undefined) throw new Error(`${contentType} is none of the types of this remover.`)
    await using file = await open(path)
    const { size } = await file.stat()
    const pieces = await piecesOf(file, size, removal)
    signal.throwIfAborted()
    return pieces
  },
}
