import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '@rindle/core'
import { cpuMeter } from './cpu-meter.ts'
import { serveSide } from './serve-side.ts'

/** How one side answers. */
export interface HttpSide {
  readonly listener: RequestListener
  /** What the bench has to know besides the port. */
  readonly facts: JsonObject
  readonly stop: () => Promise<void>
}

/**
 * The program of a side: an HTTP server on 127.0.0.1 that is read from outside. Its facts get its `port`. A round returns
 * its CPU time since the last.
 */
export function serveHttp(prepare: (setup: JsonObject) => Promise<HttpSide>): void {
  serveSide(async (setup) => {
    const { listener, facts, stop } = await prepare(setup)
    const server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    let cpu = cpuMeter()
    return {
      facts: { ...facts, port: (server.address() as AddressInfo).port },
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
