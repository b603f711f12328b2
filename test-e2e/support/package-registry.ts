import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { buildPackages } from './build-packages.ts'

const run = promisify(execFile)
const repository = path.resolve(import.meta.dirname, '../..')

/** The packages of this repository as a registry would give them, so that `npm install @rindle/core` means these. */
export interface PackageRegistry extends AsyncDisposable {
  /** The environment for npm: our packages come from here, all others from their usual place. */
  readonly environment: Readonly<Record<string, string>>
}

interface Packed {
  readonly name: string
  readonly version: string
  readonly filename: string
  readonly integrity: string
}

/** Builds and packs every package as it would be published, and serves the tarballs on this machine. */
export async function startPackageRegistry(): Promise<PackageRegistry> {
  const directory = await mkdtemp(path.join(tmpdir(), 'rindle-registry-'))
  const packages = await packAll(directory)
  const server = createServer()
  // No earlier registry had this address, though one may have had the port: npm's cache knows files by their URL.
  const root = `/${randomUUID()}/`
  const address = `${await listening(server)}${root}`
  const documents = new Map(await Promise.all(packages.map((packed) => documentOf(packed, address))))
  server.on('request', (request, response) => {
    const name = decodeURIComponent(request.url ?? '').slice(root.length)
    const found = documents.get(name)
    if (found !== undefined) return response.setHeader('content-type', 'application/json').end(found)
    const packed = packages.find(({ filename }) => path.basename(filename) === name)
    if (packed === undefined) return response.writeHead(404).end()
    return void pipeline(createReadStream(packed.filename), response).catch(() => response.destroy())
  })
  // Behind a proxy with a certificate of its own, npm reaches the other packages only by this.
  const { NODE_EXTRA_CA_CERTS } = process.env
  const environment = {
    npm_config_userconfig: await writeUserConfig(directory, address),
    ...(NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS }),
  }
  return {
    environment,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function packAll(directory: string): Promise<readonly Packed[]> {
  await buildPackages()
  const pack = ['-r', '--filter', './packages/*', 'pack', '--json', '--pack-destination', directory]
  const { stdout } = await run('pnpm', pack, { cwd: repository, maxBuffer: 1 << 26 })
  return JSON.parse(stdout) as Packed[]
}

async function listening(server: Server): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject).listen(0, '127.0.0.1', resolve)
  await promise
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function documentOf(packed: Packed, address: string): Promise<[name: string, document: string]> {
  const { name, version, filename, integrity } = packed
  const { stdout } = await run('tar', ['-xOzf', filename, 'package/package.json'])
  const manifest = JSON.parse(stdout) as object
  const dist = { tarball: `${address}${path.basename(filename)}`, integrity }
  return [
    name,
    JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } }),
  ]
}

/** The user's own configuration, which may name the registry of all others, and a line for ours. */
async function writeUserConfig(directory: string, address: string): Promise<string> {
  const file = path.join(directory, 'npmrc')
  const own = process.env['npm_config_userconfig'] ?? path.join(homedir(), '.npmrc')
  const known = await readFile(own, 'utf8').catch(() => '')
  await writeFile(file, `${known}\n@rindle:registry=${address}\nprefer-offline=true\naudit=false\nfund=false\n`)
  return file
}
