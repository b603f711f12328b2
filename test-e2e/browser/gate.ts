import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request that came through, and its answer. */
export interface Exchange {
  readonly method: string
  /** Includes the query. */
  readonly path: string
  readonly range: string | undefined
  /** Bytes of the body that were passed on to the server. */
  sentBytes: number
  /** `undefined` while there is no answer, and for ever once a side has gone away. */
  status: number | undefined
}

/** A server between the browser and another, which can stop uploads in their middle and knows what travelled. */
export interface Gate extends AsyncDisposable {
  readonly url: string
  readonly exchanges: readonly Exchange[]
  /** Everything goes to the server at this URL from now on. */
  leadTo(url: string): void
  /**
   * Lets so many more bytes of uploads through and then no more: nothing fails, nothing moves. Resolves when they have
   * passed.
   */
  holdAfter(bytes: number): Promise<void>
  /** Lets uploads continue. */
  release(): void
  /** Ends the connections of the uploads that are held. */
  cut(): void
}

/** Opens a gate on 127.0.0.1 and a free port. */
export async function openGate(): Promise<Gate> {
  const exchanges: Exchange[] = []
  const stopped = new Set<IncomingMessage>()
  let target = new URL('http://127.0.0.1:1')
  let allowedBytes = Number.POSITIVE_INFINITY
  let onHeld = (): void => {}

  const pass = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { method = '', url: path = '', headers } = incoming
    const exchange: Exchange = { method, path, range: headers.range, sentBytes: 0, status: undefined }
    exchanges.push(exchange)
    const isUpload = method === 'PUT' || method === 'PATCH'
    const { hostname, port } = target
    const onward = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      exchange.status = answer.statusCode
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(outgoing)
      answer.on('error', () => outgoing.destroy())
    })
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.on('data', (chunk: Buffer) => {
      exchange.sentBytes += chunk.byteLength
      if (isUpload) allowedBytes -= chunk.byteLength
      if (!onward.write(chunk)) waitForDrain(incoming, onward, stopped)
      if (!isUpload || allowedBytes > 0) return
      incoming.pause()
      stopped.add(incoming)
      onHeld()
    })
    incoming.on('end', () => onward.end())
    incoming.on('close', () => stopped.delete(incoming))
  }
  const server = createServer(pass)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const release = (): void => {
    allowedBytes = Number.POSITIVE_INFINITY
    for (const incoming of stopped) incoming.resume()
    stopped.clear()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    leadTo(url) {
      target = new URL(url)
    },
    holdAfter(bytes) {
      allowedBytes = bytes
      return new Promise((resolve) => {
        onHeld = resolve
      })
    },
    release,
    cut() {
      for (const incoming of stopped) incoming.destroy()
    },
    async [Symbol.asyncDispose]() {
      release()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The back-pressure of the server; a request that the gate has stopped meanwhile stays stopped. */
function waitForDrain(
  incoming: IncomingMessage,
  onward: NodeJS.WritableStream,
  stopped: ReadonlySet<IncomingMessage>,
): void {
  incoming.pause()
  onward.once('drain', () => {
    if (!stopped.has(incoming)) incoming.resume()
  })
}
