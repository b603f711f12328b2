import { connect, type Socket } from 'node:net'

/** The tests only look at the beginning. */
const MAX_KEPT_BYTES = 65_536

/** A connection for requests that no HTTP client would send. */
export interface RawConnection extends Disposable {
  readonly socket: Socket
  write(text: string | Uint8Array): void
  /** How many bytes have arrived so far. */
  receivedBytes(): number
  /** All bytes that arrive until they satisfy the condition, or the other side ends. */
  until(isEnough: (received: string) => boolean): Promise<string>
}

/** Opens a connection to the server of a URL. */
export function connectTo(url: string): RawConnection {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let received = ''
  let receivedBytes = 0
  let isOver = false
  let look = (): void => {}
  socket.on('data', (chunk) => {
    receivedBytes += chunk.byteLength
    if (received.length < MAX_KEPT_BYTES) received += chunk.toString('latin1')
    look()
  })
  // A server that refuses may end the line while the request is still on it.
  socket.on('error', () => {})
  socket.on('close', () => {
    isOver = true
    look()
  })
  return {
    socket,
    write: (text) => void socket.write(text),
    receivedBytes: () => receivedBytes,
    until: (isEnough) =>
      new Promise((resolve) => {
        look = () => {
          if (isOver || isEnough(received)) resolve(received)
        }
        look()
      }),
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

/** Whether the head of a response has arrived. */
export const hasHead = (received: string): boolean => received.includes('\r\n\r\n')

/** The status of a response whose head has arrived; 0 for none. */
export function statusOf(received: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1] ?? 0)
}
