import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpuMeter } from '../cpu-meter.ts'
import { serveSide } from '../serve-side.ts'
import type { ServeFacts, ServeSetup } from './setup.ts'

/** How one side serves the file. */
export interface FileSide {
  readonly listener: RequestListener
  /** The path of the file. */
  readonly path: string
  readonly stop: () => Promise<void>
}

/** A bare server of one file. */
export function serveBare(
  answer: (file: string, request: IncomingMessage, response: ServerResponse) => Promise<void>,
): void {
  serveFile(async ({ file }) => ({
    listener: (request, response) => {
      answer(file, request, response).catch((error: unknown) => {
        console.error(error)
        response.destroy()
      })
    },
    path: '/',
    stop: async () => {},
  }))
}

/** The program of a side: an HTTP server that is read from outside. A round returns its CPU time since the last. */
export function serveFile(prepare: (setup: ServeSetup) => Promise<FileSide>): void {
  serveSide(async (setup) => {
    const { listener, path, stop } = await prepare(setup as ServeSetup)
    const server = createServer(listener)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const facts: ServeFacts = { port: (server.address() as AddressInfo).port, path }
    let cpu = cpuMeter()
    return {
      facts,
      round: async () => {
        const figures = { cpuMs: [cpu()] }
        cpu = cpuMeter()
        return figures
      },
      stop: async () => {
        server.closeAllConnections()
        server.close()
        await stop()
      },
    }
  })
}
