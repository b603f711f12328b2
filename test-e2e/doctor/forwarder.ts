import { once } from 'node:events'
import net from 'node:net'
import { onTestFinished } from 'vitest'

/** The way to a database, which a test can close. */
export interface Forwarder {
  /** The database's URL by this way. */
  readonly url: string
  /** `closed`: connections are refused. `silent`: they are taken, and never answered. */
  become(state: 'open' | 'closed' | 'silent'): Promise<void>
}

/** Forwards to the server of a URL until the test ends. */
export async function forwardTo(databaseUrl: string): Promise<Forwarder> {
  const target = new URL(databaseUrl)
  const sockets = new Set<net.Socket>()
  let isSilent = false
  const server = net.createServer((client) => {
    keep(client)
    if (isSilent) return
    const upstream = keep(net.connect(Number(target.port), target.hostname))
    client.pipe(upstream).pipe(client)
  })
  const keep = (socket: net.Socket): net.Socket => {
    sockets.add(socket)
    // The other side shows as an end.
    socket.on('error', () => {})
    return socket.on('close', () => sockets.delete(socket))
  }
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const close = async (): Promise<void> => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await listen(0)
  const { port } = server.address() as net.AddressInfo
  onTestFinished(async () => {
    if (server.listening) await close()
  })
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return {
    url: url.href,
    become: async (state) => {
      if (server.listening) await close()
      isSilent = state === 'silent'
      if (state !== 'closed') await listen(port)
    },
  }
}
