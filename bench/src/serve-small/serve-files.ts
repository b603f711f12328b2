import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpuMeter } from '../cpu-meter.ts'
import { serveSide } from '../serve-side.ts'
import type { SmallFilesFacts, SmallFilesSetup } from './setup.ts'

/** How one side serves the files. */
export interface FilesSide {
  readonly listener: RequestListener
  readonly paths: readonly string[]
  readonly stop: () => Promise<void>
}

/** The program of a side: an HTTP server that is read from outside. A round returns its CPU time since the last. */
export function serveFiles(prepare: (setup: SmallFilesSetup) => Promise<FilesSide>): void {
  serveSide(async (setup) => {
    const { listener, paths, stop } = await prepare(setup as SmallFilesSetup)
    const server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const facts: SmallFilesFacts = { port: (server.address() as AddressInfo).port, paths }
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
