import { Readable } from 'node:stream'

const held = new WeakMap<Readable, Uint8Array>()

/** A body of bytes that are in memory already. A storage that asks {@link bytesIn} needs no stream for them. */
export function bytesBody(bytes: Uint8Array): Readable {
  const body = Readable.from([bytes], { objectMode: false })
  held.set(body, bytes)
  return body
}

/** The bytes of a whole {@link bytesBody} that nobody has begun to read; `undefined` for every other body. */
export function bytesIn(body: Readable): Uint8Array | undefined {
  return body.readableFlowing === null && !body.readableDidRead && !body.destroyed ? held.get(body) : undefined
}
