import { expect, it } from 'vitest'
import { joinPieces, lengthOfPieces, patchedPieces } from '../../src/domain/file-pieces.ts'

it('adjacent ranges are joined, and empty pieces left out', () => {
  const own = Uint8Array.of(1, 2)
  const pieces = [{ start: 0, end: 3 }, { start: 3, end: 3 }, { start: 3, end: 9 }, new Uint8Array(), own]
  expect(joinPieces(pieces)).toEqual([{ start: 0, end: 9 }, own])
  expect(lengthOfPieces(pieces)).toBe(11)
})

it('a patched file has the length of the file, and where patches overlap, the first one', () => {
  const [first, second] = [Uint8Array.of(7, 7), { byte: 0, count: 3 }]
  const pieces = patchedPieces(20, [
    { at: 10, bytes: second },
    { at: 4, bytes: first },
    { at: 5, bytes: Uint8Array.of(9) },
  ])
  expect(pieces).toEqual([{ start: 0, end: 4 }, first, { start: 6, end: 10 }, second, { start: 13, end: 20 }])
  expect(lengthOfPieces(pieces)).toBe(20)
})
