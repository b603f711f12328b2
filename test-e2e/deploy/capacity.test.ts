import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { codeBlocks } from '../docs/code-blocks.ts'

test('the arithmetic of the page about capacity prints what the page shows', async () => {
  const blocks = codeBlocks('docs/deploy/capacity.md')
  const program = blocks.find(({ name }) => name === 'capacity.js')
  const shown = blocks.find(({ language }) => language === 'text')
  const directory = await mkdtemp(path.join(tmpdir(), 'rindle-capacity-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  await writeFile(path.join(directory, 'capacity.js'), program?.text ?? '')
  const { stdout } = await promisify(execFile)(process.execPath, ['capacity.js'], { cwd: directory })
  expect(stdout).toBe(shown?.text)
})
