import { describe, expect, it } from 'vitest'
import { errorOfAnswer, networkFailed, RindleClientError } from '../src/client-error.ts'
import { parseEvent, readEvents } from '../src/event-stream.ts'
import { retryDelayMs } from '../src/retry.ts'

const now = Date.parse('2026-01-01T00:00:00Z')
const answer = (status: number, retryAfter: string | null = null) =>
  errorOfAnswer({ status, body: '', retryAfter }, 'storage_refused', now)

describe('the wait before another try', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [7, 20_000],
    [8, undefined],
  ])('after failure %i is up to %s ms', (failures, longest) => {
    expect(retryDelayMs(networkFailed(), failures, 1)).toBe(longest)
    expect(retryDelayMs(networkFailed(), failures, 0)).toBe(longest === undefined ? undefined : 0)
  })

  it.each([
    ['seconds', '30', 30_000],
    ['a date', 'Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['a date that has passed', 'Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['nonsense', 'soon', 0],
    ['nothing', null, 0],
    ['longer than anybody waits', '3600', undefined],
  ])('is what the server says: %s', (_name, retryAfter, delayMs) => {
    expect(retryDelayMs(answer(503, retryAfter), 1, 0)).toBe(delayMs)
  })

  it.each([
    [408, true],
    [423, true],
    [425, true],
    [429, true],
    [500, true],
    [503, true],
    [400, false],
    [404, false],
    [409, false],
    [422, false],
  ])('comes after status %i: %s', (status, isRetryable) => {
    expect(answer(status).retryable).toBe(isRetryable)
    expect(retryDelayMs(answer(status), 2, 0) !== undefined).toBe(isRetryable)
  })

  it('does not come after a full disk, though the person at the screen may try again', () => {
    expect(answer(507).retryable).toBe(true)
    expect(retryDelayMs(answer(507), 1, 0)).toBeUndefined()
  })

  it('does not follow a failure that is neither an answer nor a broken connection', () => {
    expect(retryDelayMs(new TypeError('a bug'), 1, 0)).toBeUndefined()
    expect(retryDelayMs(new RindleClientError('upload_rejected'), 1, 0)).toBeUndefined()
  })
})

describe('server-sent events', () => {
  it.each([
    ['event: asset\nid: 7\ndata: {"a":1}', { id: '7', data: '{"a":1}' }],
    ['id:7\r\ndata:x', { id: '7', data: 'x' }],
    ['data: a\ndata: b', { id: '', data: 'a\nb' }],
    [': a comment', { id: '', data: '' }],
    ['retry: 2000', { id: '', data: '' }],
    ['data', { id: '', data: '' }],
  ])('%j is read', (block, event) => {
    expect(parseEvent(block)).toEqual(event)
  })

  it('are read whatever the cuts between chunks are, within a character and a line end too', async () => {
    const bytes = new TextEncoder().encode('id: 1\r\ndata: "ä"\r\n\r\n: still here\n\nid: 2\ndata: "𝄞"\n\n')
    for (let size = 1; size < bytes.byteLength; size += 1) {
      const chunks = Array.from({ length: Math.ceil(bytes.byteLength / size) }, (_, n) =>
        bytes.slice(n * size, (n + 1) * size),
      )
      const read = await Array.fromAsync(readEvents(streamOf(chunks), () => {}))
      expect(read).toEqual([
        { id: '1', data: '"ä"' },
        { id: '2', data: '"𝄞"' },
      ])
    }
  })
})

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}
