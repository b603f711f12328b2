/** The chunks of a body that may have `maxBytes` at most; `undefined` is no bound. Past it, throws what `tooLarge` makes. */
export async function* capped(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  maxBytes: number | undefined,
  tooLarge: (maxBytes: number) => Error,
): AsyncGenerator<Uint8Array> {
  let byteSize = 0
  for await (const chunk of body) {
    byteSize += chunk.byteLength
    if (maxBytes !== undefined && byteSize > maxBytes) throw tooLarge(maxBytes)
    yield chunk
  }
}
