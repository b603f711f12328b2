import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Rindle } from '@rindle/core'
import { toNodeHandler } from '@rindle/http'
import { type TusCaller, type TusServerOptions, tusServer } from '@rindle/tus'

/** The URL at which uploads begin. */
export const TUS_PATH = '/rindle/tus'

/** A tus server that listens on 127.0.0.1. */
export interface ServedTus {
  readonly port: number
  close(): Promise<void>
}

/** Serves an instance by tus. The header `x-actor` names the actor; the default is "ada". */
export async function serveTus(
  rindle: Rindle,
  options: Pick<TusServerOptions, 'expiresInSeconds' | 'allowedOrigins'> & Pick<TusCaller, 'authorizeUpload'> = {},
): Promise<ServedTus> {
  const { authorizeUpload, ...rest } = options
  const tus = tusServer(rindle, { path: TUS_PATH, ...rest })
  const handle = (request: Request): Promise<Response> =>
    tus.handle(request, {
      actorId: request.headers.get('x-actor') ?? 'ada',
      ...(authorizeUpload === undefined ? {} : { authorizeUpload }),
    })
  const server = createServer(toNodeHandler(Object.assign(handle, { basePath: '/rindle' })))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
