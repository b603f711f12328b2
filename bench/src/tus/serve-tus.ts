import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveSide } from '../serve-side.ts'
import type { TusFacts, TusSetup } from './setup.ts'

/** How one side serves tus. */
export interface TusSide {
  readonly listener: RequestListener
  /** Removes the uploads of the round. */
  readonly clear: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** The program of a side: an HTTP server whose sender times the uploads. A round removes the received files. */
export function serveTus(prepare: (setup: TusSetup) => Promise<TusSide>): void {
  serveSide(async (setup) => {
    const { listener, clear, stop } = await prepare(setup as TusSetup)
    const server = createServer(listener)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const facts: TusFacts = { port: (server.address() as AddressInfo).port }
    return {
      facts,
      round: async () => {
        await clear()
        return {}
      },
      stop: async () => {
        server.close()
        await stop()
      },
    }
  })
}
