import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { serveHttp } from '../serve-http.ts'
import type { ServeSetup } from './setup.ts'

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

/** The program of a side that serves one file. */
export function serveFile(prepare: (setup: ServeSetup) => Promise<FileSide>): void {
  serveHttp(async (setup) => {
    const { path, ...side } = await prepare(setup as ServeSetup)
    return { ...side, facts: { path } }
  })
}
