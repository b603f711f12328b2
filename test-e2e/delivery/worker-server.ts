import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { guideBlock } from './guide-block.ts'

/** The settings of the Worker. */
export interface WorkerEnvironment {
  KEYS: string
  ORIGIN: string
  ORIGIN_HEADERS?: string
}

interface WorkerModule {
  readonly default: { fetch(request: Request, env: WorkerEnvironment): Promise<Response> }
}

/** A running Worker. */
export interface WorkerServer {
  readonly baseUrl: string
  /** Read anew for every request. */
  readonly env: WorkerEnvironment
  stop(): void
}

/** Runs the Worker of the guide, as it is printed there, behind a server on 127.0.0.1. */
export async function startWorker(env: WorkerEnvironment): Promise<WorkerServer> {
  const source = `data:text/javascript,${encodeURIComponent(guideBlock('worker.js'))}`
  const { default: worker } = (await import(source)) as WorkerModule
  const server = createAdaptorServer({ fetch: (request) => worker.fetch(request, env) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    env,
    stop() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      server.close()
    },
  }
}
