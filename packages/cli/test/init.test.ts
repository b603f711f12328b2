import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ConfigChoice, configTemplate, environmentFor, packagesFor } from '../src/config-template.ts'
import { type Application, makeApplication } from './application.ts'
import { rindle } from './captured-io.ts'

const TYPESCRIPT = join(import.meta.dirname, '../../../node_modules/.bin/tsc')
const ABSENT = '019a3b1c-7d2e-7f00-8000-000000000001'

let application: Application

beforeEach(async () => {
  application = await makeApplication()
})

afterEach(() => application[Symbol.asyncDispose]())

const CHOICES: readonly ConfigChoice[] = [
  { storage: 'local', lane: 'image' },
  { storage: 'local', lane: 'av' },
  { storage: 's3', lane: 'image' },
  { storage: 's3', lane: 'av' },
]

describe('init', () => {
  test('writes a file that type-checks under strict rules', async () => {
    const { exitCode, stdout } = await rindle(['init'], { cwd: application.directory })
    expect(stdout).toMatch(/^Wrote rindle\.config\.ts\. Next:\n {2}1\. npm install @rindle\/core /)
    expect(exitCode).toBe(0)
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2024',
      lib: ['es2024', 'esnext.disposable'],
      types: ['node'],
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      customConditions: ['dev-source'],
    }
    await application.write('package.json', '{"type":"module"}')
    await application.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['rindle.config.ts'] }))
    await expect(promisify(execFile)(TYPESCRIPT, ['-p', application.directory])).resolves.toMatchObject({ stdout: '' })
  })

  test('writes a file that loads once its environment is set', async () => {
    await rindle(['init'], { cwd: application.directory })
    const before = process.env['RINDLE_SIGNING_KEY']
    process.env['RINDLE_SIGNING_KEY'] = 'a key of the tests, long enough for the check'
    try {
      const env = { DATABASE_URL: 'postgres://me@127.0.0.1:1/app' }
      const { stderr } = await rindle(['show', ABSENT], { cwd: application.directory, env })
      expect(stderr).toMatch(/^rindle: Cannot connect to PostgreSQL: /)
    } finally {
      if (before === undefined) delete process.env['RINDLE_SIGNING_KEY']
      else process.env['RINDLE_SIGNING_KEY'] = before
    }
  })

  test('writes a file that says which variable it lacks', async () => {
    await rindle(['init'], { cwd: application.directory })
    const { stderr } = await rindle(['show', ABSENT], { cwd: application.directory })
    expect(stderr).toBe('rindle: rindle.config.ts: DATABASE_URL is empty. Set it in the environment.\n')
  })

  test.each(['rindle.config.ts', 'rindle.config.mjs'])('never overwrites or shadows %s', async (name) => {
    await application.write(name, 'mine')
    const { exitCode, stderr } = await rindle(['init'], { cwd: application.directory })
    expect(stderr).toBe(`rindle: ${name} already exists. Remove or rename it to start over.\n`)
    expect(exitCode).toBe(2)
    expect(await readFile(join(application.directory, name), 'utf8')).toBe('mine')
  })

  test('tells in JSON what to install and to set', async () => {
    const argv = ['init', '--storage', 's3', '--lane', 'av', '--format', 'json']
    const { stdout } = await rindle(argv, { cwd: application.directory })
    expect(JSON.parse(stdout)).toEqual({
      file: 'rindle.config.ts',
      packages: [
        '@rindle/core',
        '@rindle/jobs-pgboss',
        '@rindle/processor-av',
        '@rindle/processor-image',
        '@rindle/storage-s3',
      ],
      environment: ['DATABASE_URL', 'S3_BUCKET', 'AWS_REGION'],
    })
  })
})

test.each(CHOICES)(
  'the file for $storage and $lane imports what it uses, which are the packages to install',
  (choice) => {
    const text = configTemplate(choice)
    const imports = [...text.matchAll(/^import \{ (.+) \} from '(.+)'$/gm)]
    expect([...new Set(imports.map(([, , from = '']) => from.replace(/\/recipes$/, '')))]).toEqual(packagesFor(choice))
    for (const name of imports.flatMap(([, names = '']) => names.split(', '))) {
      expect(text).toMatch(new RegExp(`\\b${name}[.(]`))
    }
    for (const name of environmentFor(choice)) expect(text).toContain(`required('${name}')`)
    expect(text.includes('video: defineProfile(')).toBe(choice.lane === 'av')
  },
)
