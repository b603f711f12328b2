import { type BodyDeadline, type BodyLimits, BodyPace, tooSlow } from '../../uploads/body-pace.ts'

/**
 * The chunks of a body within the limits of its sender's pace: `upload_rejected` when it is too slow. Ending the
 * iteration cancels the body.
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
    // Not awaited: a server may only cancel a body that has arrived whole. A failed body has told its reader already.
    reader.cancel().catch(() => undefined)
  }
}

async function readWithin(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { timeoutMs, message }: BodyDeadline,
): ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooSlow(message, 'Nothing was stored; send it again.')), timeoutMs)
  })
  try {
    return await Promise.race([reader.read(), late])
  } finally {
    clearTimeout(timer)
  }
}
