/**
 * Publishes every public package whose version the registry lacks, under the scope of `RINDLE_SCOPE`, and tags the
 * release. Refuses, before anything is published, a scope or a name whose owner is another. Needs a build and
 * `NPM_TOKEN`; npm finds its own credentials. Run by `pnpm release:publish`; with `--dry-run` it only says what it would do.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { packPackages } from '../support/pack-packages.ts'
import { assertOwnScope } from './assert-own-scope.ts'
import { publishMissing } from './publish-missing.ts'
import { releaseScope } from './release-scope.ts'

const run = promisify(execFile)
const repository = path.resolve(import.meta.dirname, '../..')
const scope = releaseScope(process.env)
const { NPM_TOKEN: token = '' } = process.env
if (token === '') throw new Error('NPM_TOKEN is empty. Set it to a token that may publish.')

const registry = (await run('npm', ['config', 'get', 'registry'])).stdout.trim()
const directory = await mkdtemp(path.join(tmpdir(), 'rindle-release-'))
try {
  const packed = await packPackages(directory, scope)
  await assertOwnScope(
    scope,
    packed.map(({ name }) => name),
    { registry, token },
  )
  const isDryRun = process.argv.includes('--dry-run')
  const published = await publishMissing(packed, registry, isDryRun)
  console.log(`${published.length} packages ${isDryRun ? 'would be' : 'were'} published under ${scope}.`)
  // Tags bear the names of this repository; the action of the workflow makes releases of the lines that this prints.
  if (!isDryRun && published.length > 0) {
    process.stdout.write((await run('pnpm', ['exec', 'changeset', 'tag'], { cwd: repository })).stdout)
  }
} finally {
  await rm(directory, { recursive: true, force: true })
}
