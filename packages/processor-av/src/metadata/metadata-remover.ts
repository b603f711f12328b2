import { open } from 'node:fs/promises'
import type { MetadataRemover } from '@rindle/core/adapter'
import { SOURCE_TYPES } from '../source-types.ts'
import { moviePieces } from './movie.ts'
import { MovieFile } from './movie-boxes.ts'

/** Removes metadata from MP4, QuickTime and 3GPP, without FFmpeg: reads the heads of boxes alone. */
export const movieMetadataRemover: MetadataRemover = {
  contentTypes: new Set(Object.keys(SOURCE_TYPES).filter((type) => SOURCE_TYPES[type]?.demuxers.includes('mov'))),
  async remove({ path }, { removal, signal }) {
    signal.throwIfAborted()
    await using file = await open(path)
    const { size } = await file.stat()
    const pieces = await moviePieces(new MovieFile(file, size), removal)
    signal.throwIfAborted()
    return pieces
  },
}
