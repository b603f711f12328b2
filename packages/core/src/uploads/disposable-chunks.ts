const disposable = new WeakSet<ReadableStream>()

/**
 * Says of a stream that nobody but its reader holds its chunks, as it is with what comes fresh off a socket: whatever has
 * written them down may give their memory free. A stream that is `tee`d or cloned afterwards leads to others, which are not.
 */
export function markDisposable(stream: ReadableStream<Uint8Array>): void {
  disposable.add(stream)
}

/** Whether that was said of a stream, such as the body of a request. */
export function isDisposable(stream: ReadableStream<Uint8Array> | null): boolean {
  return stream !== null && disposable.has(stream)
}

/**
 * Gives the memory of a chunk free, which is empty afterwards. Nothing happens to one that is a part of a larger memory.
 * V8 does it by itself, but only when 64 MB of such memory have come together, and then looks through the whole heap.
 */
export function disposeChunk({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
