const disposable = new WeakSet<ReadableStream>()

/**
 * Marks a stream whose chunks have no other owner than its reader, such as data fresh off a socket: a consumer that has
 * written a chunk may free its memory. Copies of the stream by `tee` or `clone` are not marked.
 */
export function markDisposable(stream: ReadableStream<Uint8Array>): void {
  disposable.add(stream)
}

/** Whether a stream is marked, such as the body of a request. */
export function isDisposable(stream: ReadableStream<Uint8Array> | null): boolean {
  return stream !== null && disposable.has(stream)
}

/**
 * Frees the memory of a chunk, which is empty afterwards. Does nothing to a chunk that is part of a larger buffer. V8
 * frees such memory, too, but only after 64 MB have accumulated, and then scans the whole heap.
 */
export function disposeChunk({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
