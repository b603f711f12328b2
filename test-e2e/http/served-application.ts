import { mkdtemp, readdir, rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Rindle, StorageAdapter } from '@rindle/core'
import { createHandler, type HandlerOptions, type RindleHandler, toNodeHandler } from '@rindle/http'
import { type Application, type ApplicationOptions, startApplication } from '../support/application.ts'
import { listen } from './listen.ts'
import { type Actor, actorOfHeader, collectErrors, servedProfiles, storageAt } from './served-configuration.ts'

/** An application whose handler is mounted at `/rindle` of a listening server. */
export interface ServedApplication extends AsyncDisposable {
  readonly application: Application<typeof servedProfiles>
  readonly rindle: Rindle<typeof servedProfiles>
  readonly storage: StorageAdapter
  /** The URL of the handler. */
  readonly url: string
  /** The logged errors. */
  readonly errors: string[]
  /** Files of uploads that are being received. */
  temporaryFiles(): Promise<readonly string[]>
  /** Mounts the handler in another way from now on. */
  remount(mount: Mount): Promise<void>
}

/** How a handler comes to answer the requests of a server. */
export type Mount = (handler: RindleHandler) => RequestListener | Promise<RequestListener>

/** The parts that a test may change. */
export interface ServedOptions {
  readonly handler?: Partial<HandlerOptions<Actor, typeof servedProfiles>>
  readonly application?: Partial<ApplicationOptions<typeof servedProfiles>>
}

/** Starts an application over local storage, mounted in `node:http`. The header `x-actor` says who asks. */
export async function serveApplication(options: ServedOptions = {}): Promise<ServedApplication> {
  let listener: RequestListener = () => {}
  const server = await listen((incoming, outgoing) => listener(incoming, outgoing))
  const directory = await mkdtemp(join(tmpdir(), 'rindle-served-'))
  const storage = storageAt(server.url, directory)
  const application = await startApplication({
    profiles: servedProfiles,
    storages: { main: storage },
    ...options.application,
  })
  const errors: string[] = []
  const handler = createHandler(application.rindle, {
    basePath: '/rindle',
    actor: actorOfHeader,
    logger: collectErrors(errors),
    ...options.handler,
  })
  listener = toNodeHandler(handler)
  return {
    application,
    rindle: application.rindle,
    storage,
    url: `${server.url}/rindle`,
    errors,
    temporaryFiles: async () => (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.tmp')),
    remount: async (mount) => {
      listener = await mount(handler)
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await application[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
