import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { repository } from './code-blocks.ts'

const run = promisify(execFile)
const docs = path.join(repository, 'docs')

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.webp': 'image/webp',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.json': 'application/json',
}

/** The site as it is published, below an address of this machine. */
export interface BuiltSite extends AsyncDisposable {
  readonly origin: string
  /** Text by path, of every page: `guide/work.html`. */
  readonly pages: ReadonlyMap<string, string>
  /** Text by path, of every file for programs: `guide/work.md`, `llms.txt`. */
  readonly texts: ReadonlyMap<string, string>
}

/** Builds the site as CI does, into a directory that goes with it, and serves it. */
export async function buildSite(): Promise<BuiltSite> {
  const directory = await mkdtemp(path.join(tmpdir(), 'rindle-site-'))
  await run(process.execPath, ['--conditions=dev-source', 'generator/bin.ts'], { cwd: docs })
  const env = { ...process.env, GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'somebody/rindle' }
  await run(path.join(docs, 'node_modules/.bin/vitepress'), ['build', '.', '--outDir', directory], { cwd: docs, env })
  const { origin, close } = await serve(directory)
  return {
    origin,
    pages: await textsIn(directory, ['.html']),
    texts: await textsIn(directory, ['.md', '.txt', '.json']),
    async [Symbol.asyncDispose]() {
      close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function textsIn(directory: string, endings: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = (await readdir(directory, { recursive: true })).filter((file) => endings.includes(path.extname(file)))
  return new Map(
    await Promise.all(
      files.map(async (file): Promise<[string, string]> => [file, await readFile(path.join(directory, file), 'utf8')]),
    ),
  )
}

/** Like a host of static files: names without their `.html`. */
async function serve(directory: string): Promise<{ origin: string; close: () => void }> {
  const server = createServer((request, response) => {
    void answer(directory, request, response)
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

async function answer(directory: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const wanted = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)
  const name = wanted.endsWith('/') ? `${wanted}index.html` : wanted
  const file = path.join(directory, path.extname(name) === '' ? `${name}.html` : name)
  const body = file.startsWith(directory) ? await readFile(file).catch(() => undefined) : undefined
  const type = TYPES[path.extname(file)] ?? 'application/octet-stream'
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': type }).end(body)
}
