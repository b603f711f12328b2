import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { StorageAdapter } from '@rindle/core'
import { createHandler, toNodeHandler } from '@rindle/http'
import { localStorage } from '@rindle/storage-local'
import { s3Storage } from '@rindle/storage-s3'
import { useS3Server } from '@rindle/test-s3'
import { tusServer } from '@rindle/tus'
import { type Application, startApplication } from '../support/application.ts'
import { bundlePage } from './bundle-page.ts'
import { type Gate, openGate } from './gate.ts'
import { type BrowserRindle, browserProfiles } from './page/browser-profiles.ts'

const SIGNING_KEY = 'a key for tests only, thirty-two characters or more'

/** The place of the files: the disk of the application, or a store that browsers send to directly. */
export type StorageKind = 'local' | 'minio'

/** An application with a page and workers, on real servers. */
export interface BrowserApplication extends AsyncDisposable {
  readonly rindle: BrowserRindle
  /** The keys of all objects, and the paths of everything else on the disk. */
  stored(): Promise<readonly string[]>
  readonly pageUrl: string
  /** Between the browser and the server of the files. */
  readonly gate: Gate
}

interface Files extends AsyncDisposable {
  readonly storage: StorageAdapter
  stored(): Promise<readonly string[]>
}

/** Starts one. */
export async function startBrowserApplication(kind: StorageKind): Promise<BrowserApplication> {
  const gate = await openGate()
  const files = kind === 'local' ? await localFiles(gate) : await minioFiles(gate)
  const application = await startApplication({
    profiles: browserProfiles,
    storages: { main: files.storage },
    // On a slow machine an image may take longer than a visitor would wait.
    images: { baseUrl: '/rindle', signingKeys: [SIGNING_KEY], waitMs: 60_000 },
  })
  await application.work()
  const server = await servePage(application.rindle)
  const serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  if (kind === 'local') gate.leadTo(serverUrl)
  return {
    rindle: application.rindle,
    stored: () => files.stored(),
    // Local files are the application's own: then the whole page comes through the gate.
    pageUrl: kind === 'local' ? gate.url : serverUrl,
    gate,
    [Symbol.asyncDispose]: () => end(application, server, gate, files),
  }
}

async function end(application: Application<typeof browserProfiles>, server: Server, ...rest: AsyncDisposable[]) {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  for (const part of [application, ...rest]) await part[Symbol.asyncDispose]()
}

async function localFiles(gate: Gate): Promise<Files> {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-browser-'))
  return {
    storage: localStorage({
      directory,
      baseUrl: `${gate.url}/rindle`,
      signingKey: SIGNING_KEY,
    }),
    async stored() {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true })
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

async function minioFiles(gate: Gate): Promise<Files> {
  const server = await useS3Server()
  gate.leadTo(server.endpoint)
  const storage = s3Storage({
    bucket: await server.createBucket(),
    region: server.region,
    endpoint: server.endpoint,
    publicEndpoint: gate.url,
    signedChecksum: server.signedChecksum,
    credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
  })
  return {
    storage,
    async stored() {
      const keys: string[] = []
      for await (const { key } of storage.list('')) keys.push(key)
      return keys
    },
    [Symbol.asyncDispose]: () => server.stop(),
  }
}

/** The page at `/`, with any query, and Rindle's handler beside it for clients with the cookie that the page sets. */
async function servePage(rindle: BrowserRindle): Promise<Server> {
  const [script, worker] = await Promise.all([
    bundlePage(),
    bundlePage('../../../packages/client/src/sha256-worker.ts'),
  ])
  const scripts = new Map([
    ['/page.js', script],
    ['/sha256-worker.js', worker],
  ])
  const styles = await readFile(createRequire(import.meta.url).resolve('@rindle/react/styles.css'), 'utf8')
  const handler = createHandler(rindle, {
    basePath: '/rindle',
    tus: tusServer(rindle, { path: '/rindle/tus' }),
    actor: (request) => {
      const user = /\buser=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1]
      return user === undefined ? null : { id: user }
    },
  })
  const listener = toNodeHandler(handler)
  const server = createServer((incoming, outgoing) => {
    if (incoming.url === '/styles.css') outgoing.setHeader('content-type', 'text/css').end(styles)
    else listener(incoming, outgoing, () => answerPage(incoming, outgoing, scripts))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function answerPage({ url }: IncomingMessage, outgoing: ServerResponse, scripts: ReadonlyMap<string, string>): void {
  const script = scripts.get(url ?? '')
  if (script !== undefined) return void outgoing.setHeader('content-type', 'text/javascript').end(script)
  if (url === '/favicon.ico') return void outgoing.writeHead(204).end()
  if (url?.split('?')[0] !== '/') return void outgoing.writeHead(404).end()
  outgoing.setHeader('content-type', 'text/html; charset=utf-8')
  outgoing.setHeader('content-security-policy', "script-src 'self'; worker-src 'self'")
  outgoing.setHeader('set-cookie', 'user=ana; HttpOnly; SameSite=Lax')
  outgoing.end(
    '<!doctype html><html lang="en"><title>Files</title><link rel="stylesheet" href="/styles.css"><body><script type="module" src="/page.js"></script>',
  )
}
