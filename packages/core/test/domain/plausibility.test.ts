import { describe, expect, test } from 'vitest'
import { DOWN_AFTER_FAILURES, isDown, isImplausible, LEAST_SEEN } from '../../src/domain/plausibility.ts'

describe('the state of a storage is implausible', () => {
  test.each([
    [0, 0, false],
    [1, 1, false],
    [LEAST_SEEN - 1, LEAST_SEEN - 1, false],
    [LEAST_SEEN, LEAST_SEEN, true],
    [LEAST_SEEN, LEAST_SEEN / 2, false],
    [LEAST_SEEN, LEAST_SEEN / 2 + 1, true],
    [53, 53, true],
    [53, 26, false],
    [53, 27, true],
    [1_000_000, 500_000, false],
    [1_000_000, 500_001, true],
  ])('of %i seen, %i amiss: %s', (seen, amiss, expected) => {
    expect(isImplausible({ seen, amiss })).toBe(expected)
  })
})

test('a storage is down after ten failures in a row, not earlier', () => {
  expect([0, 1, DOWN_AFTER_FAILURES - 1].map(isDown)).toEqual([false, false, false])
  expect([DOWN_AFTER_FAILURES, DOWN_AFTER_FAILURES + 1].map(isDown)).toEqual([true, true])
})
