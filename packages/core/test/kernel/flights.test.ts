import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Flights } from '../../src/kernel/flights.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const never = new AbortController().signal

/** A flight that lands when the test says so. */
function flight() {
  const landing = Promise.withResolvers<string>()
  const begun: AbortSignal[] = []
  const fly = (signal: AbortSignal): Promise<string> => {
    begun.push(signal)
    return landing.promise
  }
  return { ...landing, fly, begun }
}

it('has one flight for all who wait for the same, and a new one after it has landed', async () => {
  const flights = new Flights(10)
  const { fly, begun, resolve } = flight()
  const waiting = ['a', 'a', 'b'].map((key) => flights.join(key, { fly, timeoutMs: 1_000, signal: never }))
  expect([begun.length, flights.waiting]).toEqual([2, 3])
  resolve('there')
  const landed = { outcome: 'landed', value: 'there' }
  expect(await Promise.all(waiting)).toEqual([landed, landed, landed])
  expect([begun.map(({ aborted }) => aborted), flights.waiting, vi.getTimerCount()]).toEqual([[true, true], 0, 0])
  await flights.join('a', { fly, timeoutMs: 1_000, signal: never })
  expect(begun.length).toBe(3)
})

it('ends when the last one has left, by time or because it goes away, and frees their places', async () => {
  const flights = new Flights(2)
  const { fly, begun } = flight()
  const client = new AbortController()
  const late = flights.join('a', { fly, timeoutMs: 1_000, signal: never })
  const gone = flights.join('a', { fly, timeoutMs: 5_000, signal: client.signal })
  expect(await flights.join('a', { fly, timeoutMs: 5_000, signal: never })).toEqual({ outcome: 'full' })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await late).toEqual({ outcome: 'late' })
  expect([begun[0]?.aborted, flights.waiting]).toEqual([false, 1])
  client.abort(new Error('gone'))
  await expect(gone).rejects.toThrow('gone')
  expect([begun[0]?.aborted, flights.waiting, vi.getTimerCount()]).toEqual([true, 0, 0])
  await expect(flights.join('a', { fly, timeoutMs: 1, signal: client.signal })).rejects.toThrow('gone')
})

it('fails for all who wait, and not for who has left', async () => {
  const flights = new Flights(10)
  const { fly, reject } = flight()
  const left = flights.join('a', { fly, timeoutMs: 1_000, signal: never })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await left).toEqual({ outcome: 'late' })
  const waiting = flights.join('a', { fly, timeoutMs: 1_000, signal: never })
  reject(new Error('an outage'))
  await expect(waiting).rejects.toThrow('an outage')
  expect(flights.waiting).toBe(0)
})
