import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RangeSelection, selectRange } from '../../../src/delivery/files/byte-range.ts'

const part = (start: number, end: number): RangeSelection => ({ select: 'part', start, end })
const whole: RangeSelection = { select: 'whole' }
const malformed: RangeSelection = { select: 'malformed' }
const unsatisfiable: RangeSelection = { select: 'unsatisfiable' }

describe('a Range header, for a file of 1000 bytes', () => {
  it.each<[string, RangeSelection]>([
    // The examples of RFC 9110, 14.1.2, and values around them.
    ['bytes=0-499', part(0, 499)],
    ['bytes=500-999', part(500, 999)],
    ['bytes=-500', part(500, 999)],
    ['bytes=500-', part(500, 999)],
    ['bytes=0-0', part(0, 0)],
    ['bytes=999-999', part(999, 999)],
    ['bytes=0-', part(0, 999)],
    // A last position past the end, and a suffix longer than the file: to the end, and the whole file.
    ['bytes=0-1000', part(0, 999)],
    ['bytes=990-99999999999999999999', part(990, 999)],
    ['bytes=-1000', part(0, 999)],
    ['bytes=-1001', part(0, 999)],
    [`bytes=-${'9'.repeat(400)}`, part(0, 999)],
    // No part of it exists.
    ['bytes=1000-', unsatisfiable],
    ['bytes=1000-2000', unsatisfiable],
    ['bytes=-0', unsatisfiable],
    [`bytes=${'9'.repeat(400)}-`, unsatisfiable],
    ['bytes=1000-,2000-', unsatisfiable],
    // Units are case-insensitive; unknown units are ignored; lists may have empty elements and spaces.
    ['Bytes=0-1', part(0, 1)],
    ['lines=0-1', whole],
    ['seconds=a-b', whole],
    ['bytes= 0-1 ', part(0, 1)],
    ['bytes=,0-1,', part(0, 1)],
    // The whole file is a valid answer to several ranges.
    ['bytes=0-1,4-5', whole],
    ['bytes=0-0,-1', whole],
    ['bytes=0-1,5000-', whole],
    // No ranges at all.
    ['bytes=500-499', malformed],
    ['bytes=0-1,9-8', malformed],
    ['bytes=-', malformed],
    ['bytes=', malformed],
    ['bytes=,', malformed],
    ['bytes', malformed],
    ['=0-1', malformed],
    ['', malformed],
    ['bytes=a-b', malformed],
    ['bytes=0x0-0x1', malformed],
    ['bytes=1.5-2', malformed],
    ['bytes=+0-1', malformed],
    ['bytes=--1', malformed],
    ['bytes=0 - 1', malformed],
    ['bytes=0-1;2-3', malformed],
    ['bytes=٠-١', malformed],
  ])('%j selects %j', (header, selection) => {
    expect(selectRange(header, 1_000)).toEqual(selection)
  })
})

it('an empty file has no parts: a suffix selects the whole, every other range is outside', () => {
  expect(selectRange('bytes=-5', 0)).toEqual(whole)
  expect(selectRange('bytes=0-', 0)).toEqual(unsatisfiable)
})

it('a part lies within the file, for any header', () => {
  const digits = fc.oneof(fc.nat(2_000).map(String), fc.constantFrom('', '00', '9'.repeat(30), '-', 'x'))
  const shaped = fc
    .tuple(fc.constantFrom('bytes=', 'bytes =', 'BYTES=', 'x='), fc.array(fc.tuple(digits, digits), { maxLength: 4 }))
    .map(([unit, specs]) => unit + specs.map((spec) => spec.join('-')).join(','))
  fc.assert(
    fc.property(fc.oneof(shaped, fc.string({ unit: 'binary' })), fc.nat(1_500), (header, byteSize) => {
      const selection = selectRange(header, byteSize)
      if (selection.select !== 'part') return
      expect(selection.start).toBeGreaterThanOrEqual(0)
      expect(selection.end).toBeGreaterThanOrEqual(selection.start)
      expect(selection.end).toBeLessThan(byteSize)
    }),
    { numRuns: 2_000 },
  )
})
