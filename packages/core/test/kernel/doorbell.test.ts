import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { doorbell } from '../../src/kernel/doorbell.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('rings once for all rings before a wait', async () => {
  const bell = doorbell(new AbortController().signal)
  bell.ring()
  bell.ring()
  expect(await bell.rang(1_000)).toBe(true)
  const second = bell.rang(1_000)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await second).toBe(false)
})

it('wakes who waits, and leaves no timer', async () => {
  const bell = doorbell(new AbortController().signal)
  const waiting = bell.rang(1_000)
  bell.ring()
  expect(await waiting).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
})

it('rings for ever after an abort', async () => {
  const stop = new AbortController()
  const bell = doorbell(stop.signal)
  const waiting = bell.rang(1_000)
  stop.abort()
  expect([await waiting, await bell.rang(1_000), await bell.rang(1_000)]).toEqual([true, true, true])
  expect(await doorbell(stop.signal).rang(1_000)).toBe(true)
})
