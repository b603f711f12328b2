import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A proxy that sends one request after the other to another server. */
export interface AlternatingProxy {
  readonly port: number
  /** Bytes of bodies that clients have sent, by path. */
  readonly sentBytes: ReadonlyMap<string, number>
  /** Calls back as soon as a server is in the middle of a body, with its place in the list. */
  onBody: (server: number, totalBytes: number) => void
  /** Requests wait for this once this many bytes have been sent. */
  gate: (totalBytes: number) => Promise<unknown> | undefined
  close(): Promise<void>
}

/** Starts a proxy before servers that may change their ports; one that is not there is passed over. */
export async function startAlternatingProxy(ports: () => readonly (number | undefined)[]): Promise<AlternatingProxy> {
  const sentBytes = new Map<string, number>()
  let turn = 0
  let totalBytes = 0
  const proxy: Pick<AlternatingProxy, 'onBody' | 'gate'> = { onBody: () => {}, gate: () => undefined }

  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    await proxy.gate(totalBytes)
    const { server, port } = nextServer()
    const { method, url = '', headers } = incoming
    const passed = request({ host: '127.0.0.1', port, method, path: url, headers, agent: false })
    const answered = once(passed, 'response') as Promise<[IncomingMessage]>
    answered.catch(() => {})
    const counter = new Transform({
      transform(chunk: Buffer, _encoding, callback) {
        totalBytes += chunk.byteLength
        sentBytes.set(url, (sentBytes.get(url) ?? 0) + chunk.byteLength)
        proxy.onBody(server, totalBytes)
        callback(null, chunk)
      },
    })
    // A server may answer before it has read the body.
    pipeline(incoming, counter, passed).catch(() => {})
    const [answer] = await answered
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    await pipeline(answer, outgoing)
  }
  const nextServer = (): { readonly server: number; readonly port: number } => {
    const list = ports()
    for (let tried = 0; tried < list.length; tried += 1) {
      turn += 1
      const server = turn % list.length
      const port = list[server]
      if (port !== undefined) return { server, port }
    }
    throw new Error('No server is there.')
  }

  const listener = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.destroy())
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return Object.assign(proxy, {
    port: (listener.address() as AddressInfo).port,
    sentBytes,
    close: async () => {
      listener.close()
      listener.closeAllConnections()
      await once(listener, 'close')
    },
  })
}
