/**
 * Writes into every public package where its sources, its issues and its page are: the repository that this release is
 * made from, as the forge itself names it. The registry accepts a provenance only if the package names that repository,
 * and a fork that publishes its own must not name ours. Also writes the address of the documentation, which errors name:
 * `RINDLE_DOCS_URL`, or else the GitHub Pages of the repository. Run by `pnpm release:publish`.
 *
 * Usage: node name-repository.ts <address> [directory of the checkout]
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const [address = '', checkout = path.resolve(import.meta.dirname, '../..')] = process.argv.slice(2)
if (URL.parse(address)?.protocol !== 'https:') throw new Error('Usage: name-repository.ts <https address> [checkout]')

for (const folder of readdirSync(path.join(checkout, 'packages'))) {
  const file = path.join(checkout, 'packages', folder, 'package.json')
  const { name, version, description, keywords, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as Manifest
  if (rest.private === true) continue
  const named = {
    name,
    version,
    description,
    keywords,
    homepage: `${address}/tree/main/packages/${folder}#readme`,
    bugs: { url: `${address}/issues` },
    repository: { type: 'git', url: `git+${address}.git`, directory: `packages/${folder}` },
    ...rest,
  }
  writeFileSync(file, `${JSON.stringify(named, null, 2)}\n`)
}

const docs = path.join(checkout, 'packages/core/src/domain/docs-url.ts')
const source = readFileSync(docs, 'utf8')
const written = source.replace(/(DOCS_URL: string = )'[^']*'/, `$1'${docsOf(new URL(address))}'`)
if (written === source) throw new Error(`${docs} does not hold the address of the documentation as it used to.`)
writeFileSync(docs, written)

function docsOf({ hostname, pathname }: URL): string {
  const { RINDLE_DOCS_URL: given } = process.env
  if (given !== undefined) return new URL(given).href.replace(/\/$/, '')
  const [owner = '', name = ''] = pathname.slice(1).split('/')
  if (hostname === 'github.com') return `https://${owner.toLowerCase()}.github.io/${name}`
  throw new Error('Set RINDLE_DOCS_URL to the address at which the documentation of this release is published.')
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly keywords: readonly string[]
  readonly private?: boolean
}
