import { type BodyLimits, BodyPace } from '@rindle/core/adapter'

/** The bytes of a body that arrived, before it ended, broke off or became too slow. */
export interface ArrivedBody {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Whether there are as many as it was to have. */
  readonly isWhole: boolean
}

/** Reads a body of `byteSize` bytes into memory. Never rejects. */
export async function wholeBody(
  body: ReadableStream<Uint8Array>,
  byteSize: number,
  limits: BodyLimits,
): Promise<ArrivedBody> {
  const reader = body.getReader()
  const pace = new BodyPace(limits)
  const chunks: Uint8Array[] = []
  let arrived = 0
  try {
    while (arrived < byteSize) {
      const { done, value } = await inTime(reader, pace)
      if (done) break
      pace.take(value.byteLength)
      arrived += value.byteLength
      chunks.push(value)
    }
  } catch {
    // The sender has gone, or is too slow: it gets to know how far it came. Not awaited: a server may only cancel once the
    // whole body has arrived. A failed body has nothing to cancel.
    reader.cancel().catch(() => undefined)
  } finally {
    reader.releaseLock()
  }
  return { bytes: Buffer.concat(chunks), isWhole: arrived === byteSize }
}

async function inTime(reader: ReadableStreamDefaultReader<Uint8Array>, pace: BodyPace): ReturnType<typeof reader.read> {
  const { timeoutMs, message } = pace.deadline()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(message)), timeoutMs)
  })
  try {
    return await Promise.race([reader.read(), late])
  } finally {
    clearTimeout(timer)
  }
}
