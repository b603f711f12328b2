import { describe, expect, it } from 'vitest'
import { DEFAULT_RETRY_FOR_SECONDS, deliveryDelaySeconds, holdSeconds } from '../../src/domain/delivery-attempts.ts'

describe('the delay of a failed delivery', () => {
  it('grows fourfold from five seconds to four hours', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((attempts) => deliveryDelaySeconds(attempts, 0))
    expect(delays).toEqual([5, 20, 80, 320, 1_280, 5_120, 14_400, 14_400, 14_400])
  })

  it('is longer by up to a fifth by chance', () => {
    expect(deliveryDelaySeconds(1, 1)).toBe(6)
    expect(deliveryDelaySeconds(100, 0.5)).toBe(15_840)
  })

  it('is what the receiver asks for, if that is longer, and never more than four hours', () => {
    expect(deliveryDelaySeconds(1, 0, 60)).toBe(60)
    expect(deliveryDelaySeconds(4, 0, 60)).toBe(320)
    expect(deliveryDelaySeconds(1, 0, 999_999)).toBe(14_400)
  })

  it('leaves some twenty attempts in three days', () => {
    let attempts = 0
    for (let seconds = 0; seconds < DEFAULT_RETRY_FOR_SECONDS; seconds += deliveryDelaySeconds(attempts, 0.5))
      attempts += 1
    expect(attempts).toBeGreaterThan(15)
    expect(attempts).toBeLessThan(30)
  })
})

describe('the hold of a target that cannot be reached', () => {
  it('begins with the fifth failure in a row, and grows to five minutes', () => {
    expect([0, 1, 4, 5, 6, 7, 8, 9, 10, 99].map(holdSeconds)).toEqual([0, 0, 0, 10, 20, 40, 80, 160, 300, 300])
  })
})
