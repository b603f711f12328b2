import { type BodyDeadline, type BodyLimits, BodyPace, tooSlow } from '../../uploads/body-pace.ts'

/**
 * The chunks of a body whose sender keeps to the limits: `upload_rejected` when it does not. Ending the iteration cancels
 * the body.
 */
export async function* bodyChunks(body: ReadableStream<Uint8Array>, limits: BodyLimits): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  const pace = new BodyPace(limits)
  try {
    for (;;) {
      const { done, value } = await readWithin(reader, pace.deadline())
      if (done) return
      pace.take(value.byteLength)
      yield value
    }
  } finally {
    // Not waited for: a server may cancel only what has arrived whole. A body that has failed has said so to its reader.
    reader.cancel().catch(() => undefined)
  }
}

async function readWithin(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { timeoutMs, message }: BodyDeadline,
): ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooSlow(message, 'Nothing was kept; send it again.')), timeoutMs)
  })
  try {
    return await Promise.race([reader.read(), late])
  } finally {
    clearTimeout(timer)
  }
}
