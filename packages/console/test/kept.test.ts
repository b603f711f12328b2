import { RindleError } from '@rindle/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { Kept } from '../src/kept.ts'

let now: number
let isQuick: boolean
let read: number
let pending: PromiseWithResolvers<string>
let kept: Kept<string>

beforeEach(() => {
  now = 0
  isQuick = false
  read = 0
  pending = Promise.withResolvers()
  kept = new Kept({
    read: () => pending.promise,
    isQuick: async () => isQuick,
    onRead: () => {
      read += 1
    },
    clock: () => now,
  })
})

/** Ends the reading that goes on, and lets the next one have a promise of its own. */
async function end(result: string | Error, took = 0): Promise<void> {
  now += took
  const ended = pending
  pending = Promise.withResolvers()
  if (typeof result === 'string') ended.resolve(result)
  else ended.reject(result)
  await new Promise(setImmediate)
}

describe('a value that is read behind its pages', () => {
  it('is nothing at first, and nobody waits for it', async () => {
    expect(await kept.fresh()).toEqual({ value: null, isReading: true, failure: null })
    await end('one')
    expect([kept.latest(), read]).toEqual([{ value: 'one', isReading: false, failure: null }, 1])
  })

  it('is waited for where its reading is quick', async () => {
    isQuick = true
    const fresh = kept.fresh()
    await end('one')
    expect(await fresh).toEqual({ value: 'one', isReading: false, failure: null })
  })

  it('stands while a newer one is read', async () => {
    kept.latest()
    await end('one')
    now += 4_999
    expect(kept.latest()).toEqual({ value: 'one', isReading: false, failure: null })
    now += 1
    expect(kept.latest()).toEqual({ value: 'one', isReading: true, failure: null })
    expect(kept.latest().isReading).toBe(true)
    await end('two')
    expect(kept.latest().value).toBe('two')
  })

  it('is kept the longer the longer it takes, so that a tenth of the time is spent on it', async () => {
    kept.latest()
    await end('one', 2_000)
    now += 17_999
    expect(kept.latest().isReading).toBe(false)
    now += 1
    expect(kept.latest().isReading).toBe(true)
  })

  it('stands when a reading fails, with the code of the error until one succeeds', async () => {
    kept.latest()
    await end('one')
    now += 5_000
    kept.latest()
    await end(new RindleError('database_unavailable', 'It is away.'))
    expect(kept.latest()).toEqual({ value: 'one', isReading: false, failure: 'database_unavailable' })
    now += 5_000
    kept.latest()
    await end('two')
    expect(kept.latest()).toEqual({ value: 'two', isReading: false, failure: null })
    expect(read).toBe(3)
  })
})
