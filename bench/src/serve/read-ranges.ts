import { connect } from 'node:net'

const BUFFER_BYTES = 1024 * 1024
const END_OF_HEAD = '\r\n\r\n'

/** What a client reads. */
export interface ReadOptions {
  readonly port: number
  readonly path: string
  readonly byteSize: number
  /** Requests the file in ranges of this many bytes, one after the other over one connection. */
  readonly rangeBytes: number
}

/**
 * Reads a file to its end as a player does, and counts. It is a socket with one buffer and no HTTP library, so that the
 * client costs little beside the measured server.
 */
export function readRanges({ port, path, byteSize, rangeBytes }: ReadOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let start = 0
  let head = ''
  let remaining = 0
  const ask = (): void => {
    const end = Math.min(start + rangeBytes, byteSize) - 1
    head = ''
    remaining = end - start + 1
    start = end + 1
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nRange: bytes=${end + 1 - remaining}-${end}\r\n\r\n`)
  }
  const bodyOf = (chunk: Uint8Array): number => {
    if (head.endsWith(END_OF_HEAD)) return chunk.length
    const text = head + Buffer.from(chunk).toString('latin1')
    const headLength = text.indexOf(END_OF_HEAD) + END_OF_HEAD.length
    head = headLength < END_OF_HEAD.length ? text : text.slice(0, headLength)
    if (!head.endsWith(END_OF_HEAD)) return 0
    if (!head.startsWith('HTTP/1.1 206')) throw new Error(`A range was answered with ${head.split('\r\n', 1)[0]}.`)
    return text.length - headLength
  }
  const take = (chunk: Uint8Array): void => {
    remaining -= bodyOf(chunk)
    if (remaining > 0) return
    if (remaining < 0) throw new Error('A range was answered with more bytes than it has.')
    if (start < byteSize) return ask()
    socket.end()
    resolve()
  }
  const onread = {
    buffer: Buffer.alloc(BUFFER_BYTES),
    callback: (byteCount: number, buffer: Uint8Array): boolean => {
      try {
        take(buffer.subarray(0, byteCount))
      } catch (error) {
        reject(error)
        socket.destroy()
      }
      return true
    },
  }
  const socket = connect({ host: '127.0.0.1', port, onread })
  socket.on('connect', ask)
  socket.on('error', reject)
  socket.on('close', () => reject(new Error('The server closed a connection before the end of a range.')))
  return promise
}
