import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bodyChunks } from '../../../src/delivery/files/body-chunks.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const bytes = (text: string) => new TextEncoder().encode(text)
const limits = { idleTimeoutMs: 1_000, minBytesPerSecond: 0 }

describe('a received body', () => {
  it('is cancelled and refused when its sender stalls', async () => {
    const cancelled = vi.fn<() => void>()
    const body = new ReadableStream<Uint8Array>({ start: (to) => to.enqueue(bytes('a')), cancel: cancelled })
    const chunks = bodyChunks(body, limits)
    expect((await chunks.next()).value).toEqual(bytes('a'))
    const next = chunks.next().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await next).toMatchObject({
      code: 'upload_rejected',
      retryable: true,
      details: { reason: 'body_timeout' },
    })
    expect(cancelled).toHaveBeenCalledOnce()
  })

  it('is not refused when its receiver is slow', async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (to) => {
        to.enqueue(bytes('a'))
        to.enqueue(bytes('b'))
        to.close()
      },
    })
    const received: Uint8Array[] = []
    for await (const chunk of bodyChunks(body, limits)) {
      received.push(chunk)
      await vi.advanceTimersByTimeAsync(60_000)
    }
    expect(received).toEqual([bytes('a'), bytes('b')])
    expect(vi.getTimerCount()).toBe(0)
  })
})

/** A sender of `byteLength` bytes every `everyMs`; returns the result and the duration. */
async function trickle(
  byteLength: number,
  everyMs: number,
  given: object,
): Promise<{ lastedMs: number; end: unknown }> {
  const startedAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  const body = new ReadableStream<Uint8Array>({
    start(to) {
      const send = (): void => {
        to.enqueue(new Uint8Array(byteLength))
        timer = setTimeout(send, everyMs)
      }
      send()
    },
    cancel: () => clearTimeout(timer),
  })
  const end = (async () => {
    for await (const _chunk of bodyChunks(body, given));
  })().catch((error: unknown) => error)
  const ended = end.then(() => performance.now() - startedAt)
  await vi.advanceTimersByTimeAsync(2 * 86_400_000)
  return { lastedMs: await ended, end: await end }
}

describe('a sender that never stalls', () => {
  it('is cut off when it sends a byte a minute', async () => {
    const { lastedMs, end } = await trickle(1, 59_000, {})
    expect(lastedMs).toBeLessThan(61_000)
    expect(end).toMatchObject({
      code: 'upload_rejected',
      details: { reason: 'body_timeout' },
      message: expect.stringContaining('more slowly than 1024 bytes a second'),
    })
  })

  it('may be as slow as the minimum rate, up to the total time limit', async () => {
    const { lastedMs, end } = await trickle(30 * 1_024, 30_000, {})
    expect(Math.round(lastedMs / 1_000)).toBe(86_400)
    expect(end).toMatchObject({ message: expect.stringContaining('took longer than 86400 s') })
  })
})
