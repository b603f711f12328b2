import { once } from 'node:events'
import { type AddressInfo, createServer, connect as openConnection, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** The fault of a connection once this many bytes have come down. */
export interface Fault {
  readonly afterBytes: number
  /** `stall`: it stays open and carries nothing more; `cut`: it ends without a word. */
  readonly kind: 'stall' | 'cut'
}

/** A way to a server on which things go wrong. */
export interface FaultProxy {
  readonly endpoint: string
  /**
   * For the connections that are open and those to come; `undefined` lets everything pass. Resolves when the fault has
   * happened to some connection.
   */
  setFault(fault: Fault | undefined): Promise<void>
}

/** Starts a TCP proxy before an `http:` endpoint, for the running test. */
export async function useFaultProxy(endpoint: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(endpoint)
  let happened = Promise.withResolvers<void>()
  const sockets = new Set<Socket>()
  let fault: Fault | undefined

  const server = createServer((client) => {
    const upstream = openConnection(Number(port), hostname)
    let passedBytes = 0
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      // Either side may go away; the other is then ended too.
      socket.on('error', () => {})
      socket.on('close', () => [client, upstream].forEach((each) => void each.destroy()))
    }
    client.pipe(upstream)
    upstream.on('data', (bytes) => {
      passedBytes += bytes.byteLength
      if (fault === undefined || passedBytes < fault.afterBytes) {
        client.write(bytes)
        return
      }
      if (fault.kind === 'cut') client.destroy()
      else upstream.pause()
      happened.resolve()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setFault(next) {
      fault = next
      happened = Promise.withResolvers<void>()
      return happened.promise
    },
  }
}
