import type { Readable } from 'node:stream'

/**
 * A file as the body of a response, read only as fast as it is asked for. When nobody asks for `timeoutMs`, the body
 * fails and the file is closed: a reader that stalls, or a response that was never sent, holds nothing open.
 */
export function unlessStalled(source: Readable, timeoutMs: number): ReadableStream<Uint8Array> {
  // Whatever fails reaches the reader by the iterator, also before its first step; without a listener it ends the process.
  source.on('error', () => {})
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  let timer: NodeJS.Timeout | undefined
  const wait = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    timer = setTimeout(() => {
      controller.error(new Error(`Nobody read on for ${timeoutMs / 1_000} s.`))
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
