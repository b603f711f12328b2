import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { PackedPackage } from '../support/pack-packages.ts'

const run = promisify(execFile)

/**
 * Publishes the tarballs whose version the registry lacks, one after the other, so that a run that failed can be
 * repeated. Returns the names. A dry run only returns them.
 */
export async function publishMissing(
  packed: readonly PackedPackage[],
  registry: string,
  isDryRun: boolean,
): Promise<readonly string[]> {
  const missing: PackedPackage[] = []
  for (const one of packed) {
    if (!(await isPublished(one, registry))) missing.push(one)
  }
  for (const { filename } of isDryRun ? [] : missing) {
    await run('npm', ['publish', filename, '--access', 'public', '--registry', registry])
  }
  return missing.map(({ name }) => name)
}

async function isPublished({ name, version }: PackedPackage, registry: string): Promise<boolean> {
  const answer = await fetch(`${registry.replace(/\/+$/, '')}/${name.replace('/', '%2f')}/${version}`)
  if (answer.ok || answer.status === 404) return answer.ok
  throw new Error(`The registry does not say whether it has ${name}@${version} (HTTP ${answer.status}).`)
}
