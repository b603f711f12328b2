import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { unlessStalled } from '../../../src/delivery/files/idle-timeout.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

describe('a sent body', () => {
  const source = () => Readable.from([Buffer.from('a'), Buffer.from('b')], { highWaterMark: 1 })

  it('fails and frees its source when its reader stalls', async () => {
    const file = source()
    const reader = unlessStalled(file, 1_000).getReader()
    await reader.read()
    await vi.advanceTimersByTimeAsync(999)
    expect(file.destroyed).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(file.destroyed).toBe(true)
    await expect(reader.read()).rejects.toThrow('The reader stalled for 1 s.')
  })

  it('frees its source when no read begins', async () => {
    const file = source()
    unlessStalled(file, 1_000)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(file.destroyed).toBe(true)
  })

  it('sends everything and leaves no timer', async () => {
    expect(await new Response(unlessStalled(source(), 1_000)).text()).toBe('ab')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('frees its source when it is cancelled', async () => {
    const file = source()
    await unlessStalled(file, 1_000).cancel()
    expect(file.destroyed).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('fails when its source fails, even before the first read', async () => {
    const file = new Readable({ read: () => {} })
    const body = unlessStalled(file, 1_000)
    file.destroy(new Error('the disk is gone'))
    await expect(new Response(body).text()).rejects.toThrow('the disk is gone')
    expect(vi.getTimerCount()).toBe(0)
  })
})
