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
import { OWN_SCOPE } from '../toolchain/release-scope.ts'
import { buildPackages } from './build-packages.ts'
import { type PackedPackage, packPackages } from './pack-packages.ts'

/** The packages of this repository as a registry would give them, so that `npm install @rindle/core` means these. */
export interface PackageRegistry extends AsyncDisposable {
  /** The address of the registry: it serves our packages and redirects requests for all others. */
  readonly address: string
  /** The environment for npm: the packages of our scope come from here, all others from their usual place. */
  readonly environment: Readonly<Record<string, string>>
  /** What npm installs as a package of ours: its name, or the address of its tarball if it has no scope. */
  specifierOf(name: string): string
}

/** Where and under which scope a registry serves. */
export interface PackageRegistryOptions {
  /** @default '@rindle' */
  readonly scope?: string
  /** @default a free port */
  readonly port?: number
  /** The path that the address ends with. @default one that no other registry had */
  readonly root?: string
}

/** Builds and packs every package as it would be published, and serves the tarballs on this machine. */
export async function startPackageRegistry(options: PackageRegistryOptions = {}): Promise<PackageRegistry> {
  await buildPackages()
  return servePackages(options)
}

/** {@link startPackageRegistry} on packages that are built. */
export async function servePackages(options: PackageRegistryOptions = {}): Promise<PackageRegistry> {
  // No earlier registry had this address, though one may have had the port: npm's cache knows files by their URL.
  const { scope = OWN_SCOPE, port = 0, root = `/${randomUUID()}/` } = options
  const directory = await mkdtemp(path.join(tmpdir(), 'rindle-registry-'))
  const [packages, elsewhere] = await Promise.all([packPackages(directory, scope), usualRegistry()])
  const server = createServer()
  const address = `${await listening(server, port)}${root}`
  const documents = new Map(packages.map((packed) => [packed.name, documentOf(packed, address)]))
  server.on('request', (request, response) => {
    const name = decodeURIComponent(request.url ?? '').slice(root.length)
    const found = documents.get(name)
    if (found !== undefined) return response.setHeader('content-type', 'application/json').end(found)
    const packed = packages.find(({ filename }) => path.basename(filename) === name)
    if (packed !== undefined) {
      return void pipeline(createReadStream(packed.filename), response).catch(() => response.destroy())
    }
    if (name.startsWith(`${scope}/`) || request.method !== 'GET') return response.writeHead(404).end()
    return response.writeHead(302, { location: `${elsewhere}${(request.url ?? '').slice(root.length)}` }).end()
  })
  // Behind a proxy with a certificate of its own, npm reaches the other packages only by this.
  const { NODE_EXTRA_CA_CERTS } = process.env
  const environment = {
    npm_config_userconfig: await writeUserConfig(directory, scope, address),
    ...(NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS }),
  }
  return {
    address,
    environment,
    specifierOf(name) {
      const packed = packages.find((one) => one.name === name)
      return packed === undefined || name.startsWith('@') ? name : `${address}${path.basename(packed.filename)}`
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function listening(server: Server, port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject).listen(port, '127.0.0.1', resolve)
  await promise
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function documentOf({ name, version, filename, integrity, manifest }: PackedPackage, address: string): string {
  const dist = { tarball: `${address}${path.basename(filename)}`, integrity }
  return JSON.stringify({
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, dist } },
  })
}

/** The registry that npm uses without us, with a slash at its end. */
async function usualRegistry(): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'registry'], { cwd: homedir() })
  return stdout.trim().replace(/\/*$/, '/')
}

/** The user's own configuration, which may name the registry of all others, and a line for ours. */
async function writeUserConfig(directory: string, scope: string, address: string): Promise<string> {
  const file = path.join(directory, 'npmrc')
  const own = process.env['npm_config_userconfig'] ?? path.join(homedir(), '.npmrc')
  const known = await readFile(own, 'utf8').catch(() => '')
  await writeFile(file, `${known}\n${scope}:registry=${address}\nprefer-offline=true\naudit=false\nfund=false\n`)
  return file
}
