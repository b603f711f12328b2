import type { Readable } from 'node:stream'
import { RindleError } from '../domain/errors.ts'

/** How long a transfer may stand still. */
export const DEFAULT_IDLE_TIMEOUT_MS = 60_000

/**
 * The chunks of a body whose sender must not stand still: `upload_rejected` when the next one takes longer. Only time
 * spent waiting for the sender counts. Ending the iteration cancels the body.
 */
export async function* chunksOf(body: ReadableStream<Uint8Array>, timeoutMs: number): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await readWithin(reader, timeoutMs)
      if (done) return
      yield value
    }
  } finally {
    // Not waited for: a server may cancel only what has arrived whole. A body that has failed has said so to its reader.
    reader.cancel().catch(() => undefined)
  }
}

async function readWithin(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  timeoutMs: number,
): ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(stoodStill(timeoutMs)), timeoutMs)
  })
  try {
    return await Promise.race([reader.read(), late])
  } finally {
    clearTimeout(timer)
  }
}

function stoodStill(timeoutMs: number): RindleError {
  return new RindleError(
    'upload_rejected',
    `The body stood still for ${timeoutMs / 1_000} s. Nothing was kept; send it again.`,
    {
      details: { reason: 'body_timeout' },
      retryable: true,
    },
  )
}

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
