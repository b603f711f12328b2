import { disposeChunk, isDisposable, markDisposable } from '@rindle/core/adapter'
import { expect, it } from 'vitest'

it('the memory of a chunk is freed at once, unless others share it', () => {
  const whole = new Uint8Array(100)
  const { buffer } = whole
  disposeChunk(whole)
  expect([whole.byteLength, buffer.detached]).toEqual([0, true])
  const memory = new ArrayBuffer(100)
  const part = new Uint8Array(memory, 0, 99)
  disposeChunk(part)
  expect([part.byteLength, memory.detached]).toEqual([99, false])
  const pooled = Buffer.from('a few bytes of a pool')
  disposeChunk(pooled)
  expect(pooled.toString()).toBe('a few bytes of a pool')
})

it('a copied stream is no longer disposable', async () => {
  const request = new Request('http://app.test', { method: 'POST', body: 'x' })
  const alone = request.body as ReadableStream<Uint8Array>
  markDisposable(alone)
  expect(isDisposable(request.body as ReadableStream)).toBe(true)
  const clone = request.clone()
  expect([request, clone].map(({ body }) => isDisposable(body as ReadableStream))).toEqual([false, false])
})
