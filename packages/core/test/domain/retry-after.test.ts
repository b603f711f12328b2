import { describe, expect, it } from 'vitest'
import { retryAfterSeconds } from '../../src/domain/retry-after.ts'

const FAILED_AT = new Date('2026-01-01T00:00:00Z')

function waitAfter(attempt: number, seconds: number, errorReason = 'processing_failed'): number | null {
  return retryAfterSeconds(
    { attempt, errorReason, updatedAt: FAILED_AT },
    new Date(FAILED_AT.getTime() + seconds * 1_000),
  )
}

describe('the back-off of a failed variant that pages ask for', () => {
  it('is a minute, doubles with each attempt, and ends at a day', () => {
    expect([1, 2, 3, 5, 10, 11, 12, 500].map((attempt) => waitAfter(attempt, 0))).toEqual([
      60, 120, 240, 960, 30_720, 61_440, 86_400, 86_400,
    ])
  })

  it('runs from its failure, in whole seconds, and is never below zero', () => {
    expect([0.5, 59.2, 60, 1_000].map((seconds) => waitAfter(1, seconds))).toEqual([60, 1, 0, 0])
  })

  it('never ends after a verdict, which the same bytes would give again', () => {
    for (const reason of ['corrupt_media', 'unsupported_codec', 'limit_exceeded', 'output_mismatch']) {
      expect(waitAfter(1, 1e9, reason)).toBeNull()
    }
  })
})
