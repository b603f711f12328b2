import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { nameInScope, OWN_SCOPE, textInScope } from '../toolchain/release-scope.ts'

const run = promisify(execFile)
const repository = path.resolve(import.meta.dirname, '../..')
const TEXT_FILE = /(?:\.(?:[cm]?[jt]sx?|json|md|map|prisma|html|css)|\/(?:env|gitignore))$/

/** A published package as a tarball. */
export interface PackedPackage {
  readonly name: string
  readonly version: string
  /** The tarball's absolute path. */
  readonly filename: string
  /** The tarball's checksum, as registries state it. */
  readonly integrity: string
  /** The packed package.json. */
  readonly manifest: PackedManifest
}

/** The members of a packed package.json that its readers need. */
export interface PackedManifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/** Packs every public package into the directory, as published under this scope. Needs a build. */
export async function packPackages(directory: string, scope: string = OWN_SCOPE): Promise<readonly PackedPackage[]> {
  if (scope === OWN_SCOPE) return packOwn(directory)
  const originals = await mkdtemp(path.join(tmpdir(), 'rindle-originals-'))
  try {
    await mkdir(directory, { recursive: true })
    const packed = await packOwn(originals)
    return await Promise.all(packed.map((one) => moveToScope(one, scope, directory)))
  } finally {
    await rm(originals, { recursive: true, force: true })
  }
}

async function packOwn(directory: string): Promise<readonly PackedPackage[]> {
  const filters = ['--filter', './packages/*', '--filter', '!@rindle/test-*']
  const pack = ['-r', ...filters, 'pack', '--json', '--pack-destination', path.resolve(directory)]
  const { stdout } = await run('pnpm', pack, { cwd: repository, maxBuffer: 1 << 26 })
  const packed = JSON.parse(stdout) as readonly Omit<PackedPackage, 'manifest'>[]
  return Promise.all(packed.map(async (one) => ({ ...one, manifest: await packedManifest(one.filename) })))
}

async function packedManifest(tarball: string): Promise<PackedManifest> {
  const { stdout } = await run('tar', ['-xOzf', tarball, 'package/package.json'])
  return JSON.parse(stdout) as PackedManifest
}

/** Writes the tarball again, with every text file in the other scope. */
async function moveToScope(packed: PackedPackage, scope: string, directory: string): Promise<PackedPackage> {
  const folder = packed.filename.replace(/\.tgz$/, '')
  await mkdir(folder)
  await run('tar', ['-xzf', packed.filename, '-C', folder])
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  for (const file of files.filter((name) => TEXT_FILE.test(name))) {
    const text = await readFile(file, 'utf8')
    await writeFile(file, textInScope(text, scope))
  }
  const name = nameInScope(packed.name, scope)
  const manifest = { ...(JSON.parse(textInScope(JSON.stringify(packed.manifest), scope)) as PackedManifest), name }
  await writeFile(path.join(folder, 'package/package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  const filename = path.resolve(directory, `${name.slice(1).replace('/', '-')}-${packed.version}.tgz`)
  await run('tar', ['-czf', filename, '-C', folder, 'package'])
  const integrity = `sha512-${createHash('sha512')
    .update(await readFile(filename))
    .digest('base64')}`
  return { name, version: packed.version, filename, integrity, manifest }
}
