/**
 * Writes into every public package where its sources, its issues and its page are: the repository that this release is
 * made from, as the forge itself names it. The registry accepts a provenance only if the package names that repository,
 * and a fork that publishes its own must not name ours. Run by `pnpm release:publish`.
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

interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly keywords: readonly string[]
  readonly private?: boolean
}
