import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readEnvFiles } from '../src/env-files.ts'
import { nodeProblem } from '../src/node-problem.ts'
import { type Application, makeApplication } from './application.ts'
import { rindle } from './captured-io.ts'
import { startRindle } from './start-rindle.ts'

const ABSENT = '019a3b1c-7d2e-7f00-8000-000000000001'

let application: Application

beforeEach(async () => {
  application = await makeApplication()
})

afterEach(() => application[Symbol.asyncDispose]())

describe('the files of the environment', () => {
  test('set what the environment lacks, .env.local before .env', async () => {
    await application.write('.env', 'FIRST=env\nSECOND=env\nTHIRD="a # b"\nFOURTH=env\n')
    await application.write('.env.local', 'SECOND=local\n')
    const env: Record<string, string | undefined> = { FIRST: 'shell', FOURTH: '' }
    readEnvFiles(application.directory, env)
    expect(env).toEqual({ FIRST: 'shell', SECOND: 'local', THIRD: 'a # b', FOURTH: '' })
  })

  test('may be missing, or be directories', async () => {
    await mkdir(join(application.directory, '.env'))
    const env = {}
    readEnvFiles(application.directory, env)
    expect(env).toEqual({})
  })

  test('that cannot be read are told in one line, by every command', async () => {
    // Root may read a file of every mode, but nobody a link to itself.
    await symlink('.env', join(application.directory, '.env'))
    const line = 'rindle: .env cannot be read (ELOOP). Make it a file that this user may read, or remove it.\n'
    const shown = startRindle(['show', ABSENT], { cwd: application.directory })
    expect({ exitCode: await shown.ended, stderr: shown.stderr() }).toEqual({ exitCode: 2, stderr: line })
    const { exitCode, stderr } = await rindle(['init'], { cwd: application.directory })
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: line })
  })
})

test.each([
  ['20.20.2', 'Rindle needs Node 22.12 or newer, and this is Node 20.20.2. `npm install node@24`'],
  ['22.11.0', 'Rindle needs Node 22.12 or newer'],
  ['22.12.0', undefined],
  ['24.0.0', undefined],
])('Node %s is told what it lacks: %s', (version, problem) => {
  if (problem === undefined) expect(nodeProblem(version)).toBeUndefined()
  else expect(nodeProblem(version)).toContain(problem)
})

describe('a configuration whose import is not found', () => {
  test.each([
    [
      "import '@acme/absent/recipes'",
      'needs the package @acme/absent, which is not installed. Run `npm install @acme/absent`.',
    ],
    ["import 'absent'", 'needs the package absent, which is not installed. Run `npm install absent`.'],
    [
      "import '@acme/a'\nimport { b } from 'b/c'",
      'needs packages that are not installed. Run `npm install @acme/a b`.',
    ],
    ["import './absent.ts'", 'which does not exist. Correct the import, or create the file.'],
  ])('is explained in one line: %s', async (text, message) => {
    await application.write('package.json', '{"type":"module"}')
    await application.write('rindle.config.ts', text)
    const { exitCode, stderr } = await rindle(['show', ABSENT], { cwd: application.directory })
    expect(stderr).toMatch(/^rindle: rindle\.config\.ts [^\n]+\n$/)
    expect(stderr).toContain(message)
    expect(exitCode).toBe(2)
  })
})
