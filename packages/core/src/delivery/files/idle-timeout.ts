import type { Readable } from 'node:stream'

/**
 * Turns a file into the body of a response, which reads only on demand. When no read comes for `timeoutMs`, the body
 * fails and the file is closed: a stalled reader, or a response that was never sent, holds nothing open.
 */
export function unlessStalled(source: Readable, timeoutMs: number): ReadableStream<Uint8Array> {
  // The iterator reports every error, even before its first step; without a listener an error would end the process.
  source.on('error', () => {})
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  let timer: NodeJS.Timeout | undefined
  const wait = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    timer = setTimeout(() => {
      controller.error(new Error(`The reader stalled for ${timeoutMs / 1_000} s.`))
      source.destroy()
    }, timeoutMs)
  }
  return new ReadableStream<Uint8Array>(
    {
      start: wait,
      async pull(controller) {
        clearTimeout(timer)
        const next = await chunks.next()
        if (next.done === true) return controller.close()
        controller.enqueue(next.value)
        wait(controller)
      },
      cancel() {
        clearTimeout(timer)
        source.destroy()
      },
    },
    { highWaterMark: 0 },
  )
}
