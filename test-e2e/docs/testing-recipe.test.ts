import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { byRunLength } from '../support/run-length.ts'
import { repository } from './code-blocks.ts'
import { savePage } from './saved-page.ts'

const ARE_RUN = byRunLength('the tests that the page about tests writes', { sample: false, short: true, long: true })

// The packages of this repository are sources, which Node loads itself.
const CONFIG = `export default {
  ssr: { resolve: { conditions: ['dev-source'] } },
  test: { server: { deps: { external: [${String(/\/packages\//)}] } } },
}
`

test.skipIf(!ARE_RUN)('the tests of the page about tests pass', async () => {
  await using page = await savePage('docs/recipes/testing.md', {})
  await writeFile(page.path('vitest.config.js'), CONFIG)
  const vitest = path.join(repository, 'node_modules/vitest/vitest.mjs')
  const env = { ...process.env, NO_COLOR: '1' }
  const { stdout } = await promisify(execFile)(process.execPath, [vitest, 'run', '--root', page.path('.')], { env })
  expect(stdout).toMatch(/Tests +2 passed \(2\)/)
})
