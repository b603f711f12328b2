import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ConfigChoice, configTemplate, environmentFor, packagesFor } from '../src/init/config-template.ts'
import { envAddition, isIgnored } from '../src/init/env-addition.ts'
import { type Application, makeApplication } from './application.ts'
import { rindle } from './captured-io.ts'
import { startRindle } from './start-rindle.ts'

const TYPESCRIPT = join(import.meta.dirname, '../../../node_modules/.bin/tsc')
const ABSENT = '019a3b1c-7d2e-7f00-8000-000000000001'
const DATABASE_URL = 'postgres://me@127.0.0.1:1/app'

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

/** The text of a file of the application. */
function text(name: string): Promise<string> {
  return readFile(join(application.directory, name), 'utf8')
}

async function init(manifest: object, ...options: readonly string[]): Promise<string> {
  await application.write('package.json', JSON.stringify(manifest))
  const { exitCode, stdout, stderr } = await rindle(['init', ...options], { cwd: application.directory })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return stdout
}

describe('init', () => {
  test('writes a configuration that type-checks under strict rules', async () => {
    const stdout = await init({ type: 'module' })
    expect(stdout).toMatch(
      /^Wrote rindle\.config\.ts\nWrote rindle\.server\.ts\nSet RINDLE_SIGNING_KEY in \.env\nNext:\n/,
    )
    expect(stdout).toContain('\n  1. npm install @rindle/cli @rindle/core @rindle/http ')
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
    await application.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['rindle.config.ts'] }))
    await expect(promisify(execFile)(TYPESCRIPT, ['-p', application.directory])).resolves.toMatchObject({ stdout: '' })
  })

  test('writes a file that loads without a warning of Node, its key from the file of the environment', async () => {
    await init({ dependencies: { next: '16' } })
    const shown = startRindle(['show', ABSENT], { cwd: application.directory, env: { DATABASE_URL } })
    expect(await shown.ended).toBe(2)
    expect(shown.stderr()).toMatch(/^rindle: Cannot connect to PostgreSQL: [^\n]+\n$/)
  })

  test('writes a file that says which variable it lacks', async () => {
    await init({ type: 'module' })
    const { stderr } = await rindle(['show', ABSENT], { cwd: application.directory })
    expect(stderr).toMatch(/^rindle: rindle\.config\.ts: [^\n]*DATABASE_URL, RINDLE_SIGNING_KEY[^\n]*\n$/)
  })

  test.each(['rindle.config.ts', 'rindle.config.mjs'])('never overwrites or shadows %s', async (name) => {
    await application.write(name, 'mine')
    const { exitCode, stderr } = await rindle(['init'], { cwd: application.directory })
    expect(stderr).toBe(`rindle: ${name} already exists. Remove or rename it to start over.\n`)
    expect(exitCode).toBe(2)
    expect(await text(name)).toBe('mine')
  })

  test('tells in JSON what it wrote, what to install and to set', async () => {
    const argv = ['init', '--storage', 's3', '--lane', 'av', '--format', 'json']
    const { stdout } = await rindle(argv, { cwd: application.directory })
    expect(JSON.parse(stdout)).toEqual({
      file: 'rindle.config.mts',
      files: ['rindle.config.mts', 'rindle.server.mts'],
      packages: [
        '@rindle/cli',
        '@rindle/core',
        '@rindle/http',
        '@rindle/jobs-pgboss',
        '@rindle/processor-av',
        '@rindle/processor-image',
        '@rindle/storage-s3',
      ],
      environment: ['DATABASE_URL', 'S3_BUCKET', 'AWS_REGION'],
    })
  })

  test('mounts a route in Next, and names what is left to do there', async () => {
    await mkdir(join(application.directory, 'src/app'), { recursive: true })
    await application.write('pnpm-lock.yaml', '')
    await application.write('tsconfig.json', '{}')
    await application.write('.gitignore', '/node_modules\n.env*\n')
    await application.write('src/instrumentation.ts', 'mine')
    await application.write('.env', `DATABASE_URL=${DATABASE_URL}\n`)
    const stdout = await init({ dependencies: { next: '16', '@rindle/core': '0.1.0' } })
    expect(stdout).toMatch(
      /^Wrote rindle\.config\.ts\nWrote src\/app\/rindle\/\[\.\.\.path\]\/route\.ts\nKept src\/instr/,
    )
    expect(stdout).toContain("\n        await registerRindle(() => import('../rindle.config'))()\n")
    expect(stdout).toMatch(/\n {2}1\. pnpm add @rindle\/cli @rindle\/http .+\n {2}2\. pnpm exec rindle migrate\n/)
    expect(stdout).toContain("withRindle } from '@rindle/http/next-config'")
    expect(await text('src/app/rindle/[...path]/route.ts')).toContain("from '../../../../rindle.config'\n")
    expect(await text('src/instrumentation.ts')).toBe('mine')
    expect(await text('.env.local')).toMatch(/^RINDLE_SIGNING_KEY=[0-9a-f]{64}\n$/)
  })

  test.each([
    ['hono', "app.all('/rindle/*', (context) => handler(context.req.raw))"],
    ['express', 'app.use(toNodeHandler(handler))'],
    ['fastify', 'app.register(toFastifyPlugin(handler))'],
    ['@nestjs/core', 'bodyParser: false'],
    ['nuxt', 'fromWebHandler(handler)'],
    ['@tanstack/react-start', '/rindle/$'],
  ])('says how an application of %s mounts the handler', async (framework, mount) => {
    const stdout = await init({ type: 'module', dependencies: { [framework]: '1', typescript: '6' } })
    expect(stdout).toContain(mount)
    expect(stdout).toContain('Let your server read .env: node --env-file=.env …')
    expect(await text('rindle.handler.ts')).toContain("import rindle from './rindle.config.ts'")
  })

  test('writes JavaScript where there is no TypeScript, and a route where SvelteKit looks for it', async () => {
    await init({ type: 'module', dependencies: { '@sveltejs/kit': '2' } })
    expect(await text('src/routes/rindle/[...path]/+server.js')).toContain("from '../../../../rindle.config'\n")
    expect(await text('rindle.config.js')).toBe(configTemplate({ storage: 'local', lane: 'image' }))
  })

  test('lists all steps when the packages cannot be installed', async () => {
    await application.write('package.json', '{"packageManager":"bun@1.0.0"}')
    const env = { PATH: application.directory }
    const { exitCode, stdout, stderr } = await rindle(['init', '--install'], { cwd: application.directory, env })
    expect(stderr).toBe('bun cannot be started (ENOENT): install it first.\n')
    expect(stdout).toMatch(/\nNext:\n {2}1\. bun add @rindle\/cli [^\n]+\n {2}2\. /)
    expect(exitCode).toBe(1)
  })

  test('refuses a directory in the place of its file of variables, before it writes anything', async () => {
    await mkdir(join(application.directory, '.env'))
    await application.write('package.json', '{}')
    const { exitCode, stdout, stderr } = await rindle(['init'], { cwd: application.directory })
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        "rindle: .env is a directory, and Rindle's variables belong in a file of that name. Rename it, and try again.\n",
    })
    expect((await readdir(application.directory)).toSorted()).toEqual(['.env', 'node_modules', 'package.json'])
  })

  test('reports a package.json that is none', async () => {
    await application.write('package.json', '{')
    const { exitCode, stderr } = await rindle(['init'], { cwd: application.directory })
    expect(stderr).toMatch(/^rindle: package\.json is not valid JSON: [^\n]+\n$/)
    expect(exitCode).toBe(2)
  })
})

test.each(CHOICES)('the file for $storage and $lane imports what it uses, which is to be installed', (choice) => {
  const config = configTemplate(choice)
  const imports = [...config.matchAll(/^import \{ (.+) \} from '(.+)'$/gm)]
  const imported = imports.map(([, , from = '']) => from.replace(/\/recipes$/, ''))
  expect([...new Set(['@rindle/cli', '@rindle/http', ...imported])].toSorted()).toEqual(packagesFor(choice))
  for (const name of imports.flatMap(([, names = '']) => names.split(', '))) {
    expect(config).toMatch(new RegExp(`\\b${name}[.(]`))
  }
  for (const name of environmentFor(choice)) expect(config).toContain(`env.${name}`)
  expect(config.includes('video: defineProfile(')).toBe(choice.lane === 'av')
})

test('a file of the environment gets the key that it lacks, and no line without a value', () => {
  const variables = ['DATABASE_URL', 'RINDLE_SIGNING_KEY', 'S3_BUCKET']
  expect(envAddition('A=1', new Set(['A', 'DATABASE_URL']), variables, 'key')).toEqual({
    text: '\nRINDLE_SIGNING_KEY=key\n',
    set: ['RINDLE_SIGNING_KEY'],
    unknown: ['S3_BUCKET'],
  })
  expect(envAddition('', new Set(variables), variables, 'key')).toEqual({ text: '', set: [], unknown: [] })
})

test.each([
  ['.env', true],
  ['/.env', true],
  ['.env*', true],
  ['*.local', false],
  ['env', false],
  ['# .env', false],
])('a line %s of .gitignore leaves .env out: %s', (line, expected) => {
  expect(isIgnored(`node_modules\n${line}\n`, '.env')).toBe(expected)
})
