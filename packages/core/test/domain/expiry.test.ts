import fc from 'fast-check'
import { expect, it } from 'vitest'
import { expiryOf, MAX_EXPIRY_SECONDS } from '../../src/domain/expiry.ts'

it('a URL lives as long as asked, at most half as long again, and never more than seven days', () => {
  const times = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(times, fc.integer({ min: 2, max: MAX_EXPIRY_SECONDS }), (now, seconds) => {
      const livesMs = expiryOf(now, seconds, MAX_EXPIRY_SECONDS).getTime() - now.getTime()
      expect(livesMs).toBeGreaterThanOrEqual(seconds * 1_000)
      expect(livesMs).toBeLessThanOrEqual(Math.min(seconds * 1_500, MAX_EXPIRY_SECONDS * 1_000))
    }),
  )
})
