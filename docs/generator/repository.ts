import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The root of the repository. */
export const repository: string = path.resolve(import.meta.dirname, '../..')

/** A package that is published. */
export interface PublishedPackage {
  /** The folder below `packages`. */
  readonly folder: string
  /** The name that applications import. */
  readonly name: string
  readonly description: string
  /** The entries that applications import, the main entry first. */
  readonly entries: readonly PackageEntry[]
}

/** One entry of a package's `exports`. */
export interface PackageEntry {
  /** As in `from '@rindle/core/adapter'`. */
  readonly specifier: string
  /** Its source, from the root of the repository. */
  readonly source: string
}

/** The order in which an application meets them; packages that are not named here come last, by name. */
const ORDER = [
  'core',
  'prisma',
  'storage-local',
  'storage-s3',
  'storage-azure',
  'delivery-cdn',
  'processor-image',
  'decoder-heic',
  'processor-av',
  'processor-pdf',
  'jobs-pgboss',
  'http',
  'console',
  'tus',
  'client',
  'react',
  'opentelemetry',
  'cli',
  'create-rindle',
  'testing',
  'embedded',
]

/** The published packages. */
export function publishedPackages(): readonly PublishedPackage[] {
  return readdirSync(path.join(repository, 'packages'))
    .flatMap((folder) => publishedIn(folder))
    .toSorted((one, other) => place(one) - place(other) || one.folder.localeCompare(other.folder))
}

/** A text file of the repository. */
export function textOf(file: string): string {
  return readFileSync(path.join(repository, file), 'utf8')
}

function publishedIn(folder: string): PublishedPackage[] {
  const manifest = JSON.parse(textOf(`packages/${folder}/package.json`)) as Manifest
  const { name, description, exports = {} } = manifest
  const entries = Object.entries(exports).flatMap(([below, entry]) => {
    // A stylesheet.
    if (typeof entry === 'string') return []
    const source = path.posix.join('packages', folder, entry['dev-source'])
    return [{ specifier: path.posix.join(name, below), source }]
  })
  return manifest.private === true ? [] : [{ folder, name, description, entries }]
}

interface Manifest {
  readonly name: string
  readonly description: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, string | { readonly 'dev-source': string }>>
}

function place({ folder }: PublishedPackage): number {
  const index = ORDER.indexOf(folder)
  return index === -1 ? ORDER.length : index
}
