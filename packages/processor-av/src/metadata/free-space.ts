import type { FilePatch } from '@rindle/core/adapter'
import type { MovieBox } from './movie-boxes.ts'

/** A box that becomes free space. */
export function freed(box: MovieBox): readonly FilePatch[] {
  return [{ at: box.at + 4, bytes: Buffer.from('free', 'latin1') }, ...emptied(box)]
}

/** The content of a box becomes zeros. */
export function emptied({ body, end }: MovieBox): readonly FilePatch[] {
  return body === end ? [] : [{ at: body, bytes: { byte: 0, count: end - body } }]
}

/** Bytes behind the last box become free space up to the end of the file. */
export function endingInZeros({ at, end }: MovieBox): readonly FilePatch[] {
  const head = Buffer.from('\0\0\0\0free', 'latin1')
  return [
    { at, bytes: head },
    { at: at + head.length, bytes: { byte: 0, count: end - at - head.length } },
  ]
}
