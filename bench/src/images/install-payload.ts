import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const PACKAGES = ['payload@3.90.2', '@payloadcms/db-sqlite@3.90.2', 'graphql@16.15.0']
const TIMEOUT_MS = 300_000

/**
 * Installs Payload with npm, without its packages' scripts, and returns the URL of a module that exports the part that
 * the bench needs. Not a dependency: nobody who installs this repository should carry 150 MB for one figure.
 */
export async function installPayload(directory: string, signal: AbortSignal): Promise<string> {
  await mkdir(directory)
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', '--loglevel=error']
  await promisify(execFile)('npm', ['install', ...options, ...PACKAGES], {
    cwd: directory,
    timeout: TIMEOUT_MS,
    signal,
  })
  const entry = join(directory, 'entry.js')
  const source = `export { buildConfig, getPayload } from 'payload'
export { sqliteAdapter } from '@payloadcms/db-sqlite'
`
  await writeFile(entry, source)
  return pathToFileURL(entry).href
}
