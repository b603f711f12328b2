/**
 * The chunks of a body of at most `maxBytes`; `undefined` is no limit. Past the limit, throws the error of `tooLarge`.
 */
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
