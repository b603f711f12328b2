/**
 * Packs every public package as it would be published, under the scope of `RINDLE_SCOPE`, and prints the lines that
 * install them in an application. Needs a build. Run by `pnpm pack:all`.
 *
 * Usage: node pack-all.ts [directory for the tarballs]
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { type PackedPackage, packPackages } from '../support/pack-packages.ts'
import { ownDependencies } from './own-dependencies.ts'
import { nameInScope, releaseScope } from './release-scope.ts'

/** What the first page of the documentation installs. */
const IMAGES = ['core', 'prisma', 'storage-local', 'processor-image', 'jobs-pgboss', 'http', 'cli', 'embedded']

const repository = path.resolve(import.meta.dirname, '../..')
const scope = releaseScope(process.env)
const directory = path.resolve(
  process.argv.slice(2).find((word) => word !== '--') ?? path.join(repository, '.packages'),
)

await mkdir(directory, { recursive: true })
// Tarballs of an earlier version or scope would be installed besides these.
for (const name of await readdir(directory)) {
  if (name.endsWith('.tgz')) await rm(path.join(directory, name))
}
const packed = await packPackages(directory, scope)
const images = ownDependencies(
  packed,
  IMAGES.map((folder) => nameInScope(`@rindle/${folder}`, scope)),
)
console.log(`${packed.length} packages are in ${directory}. In your application, install those for images:

  ${installLine(images)}

or all of them:

  npm install ${path.join(directory, '*.tgz')}

npm finds what they need of each other only if one command names them all. \`pnpm registry\` serves them
under their names instead: then every install line of the documentation works as it stands.`)

function installLine(packages: readonly PackedPackage[]): string {
  return ['npm install', ...packages.map(({ filename }) => filename)].join(' \\\n    ')
}
