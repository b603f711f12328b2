import { mkdtemp, rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Client, createClient } from '@rindle/client'
import type { Profiles, Rindle } from '@rindle/core'
import { listen } from '../http/listen.ts'
import { storageAt } from '../http/served-configuration.ts'
import { startApplication } from '../support/application.ts'

/** An application with workers and a server, which the pages of several recipes share. */
export interface RecipeApplication<Ps extends Profiles> extends AsyncDisposable {
  readonly rindle: Rindle<Ps>
  /** The address of the server, without a slash at its end. */
  readonly address: string
  /** Answers all requests from now on. Files are served only by a handler at `/rindle`. */
  mount(listener: RequestListener): void
  /** The client of a visitor who sends these headers. */
  client(headers: Readonly<Record<string, string>>): Client<Rindle<Ps>>
}

/** Starts one. */
export async function startRecipeApplication<const Ps extends Profiles>(profiles: Ps): Promise<RecipeApplication<Ps>> {
  let mounted: RequestListener = (_, outgoing) => void outgoing.writeHead(404).end()
  const server = await listen((incoming, outgoing) => mounted(incoming, outgoing))
  const directory = await mkdtemp(path.join(tmpdir(), 'rindle-recipes-'))
  const application = await startApplication({ profiles, storages: { main: storageAt(server.url, directory) } })
  await application.work()
  return {
    rindle: application.rindle,
    address: server.url,
    mount: (listener) => {
      mounted = listener
    },
    client: (headers) => createClient<Rindle<Ps>>({ baseUrl: `${server.url}/rindle`, headers }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await application[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
