import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { appManifest, runsTypeScript, VERSIONS } from '../src/app-manifest.ts'
import { run } from '../src/index.ts'
import { packageName } from '../src/write-application.ts'

type Manifest = Readonly<Record<'scripts' | 'dependencies' | 'devDependencies', Readonly<Record<string, string>>>>

const HERE = path.resolve(import.meta.dirname, '..')

let cwd: string

beforeEach(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'create-rindle-'))
})

afterEach(() => rm(cwd, { recursive: true, force: true }))

/** Runs the program where no person answers. */
async function create(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const text = { stdout: '', stderr: '' }
  const kept = (name: keyof typeof text): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        text[name] += chunk.toString()
        done()
      },
    })
  const exitCode = await run(argv, { stdout: kept('stdout'), stderr: kept('stderr'), env, cwd, isInteractive: false })
  return { exitCode, ...text }
}

async function filesOf(directory: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  return new Map(
    await Promise.all(
      files.map(async (file) => [path.relative(directory, file), await readFile(file, 'utf8')] as const),
    ),
  )
}

const COMBINATIONS = ['hono', 'next'].flatMap((framework) =>
  ['images', 'video'].flatMap((media) => ['embedded', 'own'].map((database) => ({ framework, media, database }))),
)

describe.each(COMBINATIONS)('the application of $framework, $media and $database', ({ framework, media, database }) => {
  let files: ReadonlyMap<string, string>
  let manifest: Manifest

  beforeEach(async () => {
    const argv = ['app', '--framework', framework, '--media', media, '--database', database, '--no-install']
    expect(await create(argv)).toMatchObject({ exitCode: 0, stderr: '' })
    files = await filesOf(path.join(cwd, 'app'))
    manifest = JSON.parse(files.get('package.json') ?? '')
  })

  test('has every file that it imports, depends on every package, and on no other of ours', () => {
    const imports = [...files].flatMap(([file, text]) =>
      [...text.matchAll(/(?:from|import|import\() ?'([^']+)'/g)].map(([, to = '']) => ({ file, to })),
    )
    const relative = imports.filter(({ to }) => to.startsWith('.'))
    expect(relative.length).toBeGreaterThan(3)
    for (const { file, to } of relative) expect([...files.keys()]).toContain(path.join(path.dirname(file), to))
    const { dependencies, devDependencies } = manifest
    const used = imports.map(({ to }) => to.split('/', to.startsWith('@') ? 2 : 1).join('/'))
    const packages = new Set(used.filter((name) => !name.startsWith('.') && !name.startsWith('node:')))
    expect(Object.keys({ ...dependencies, ...devDependencies })).toEqual(expect.arrayContaining([...packages]))
    const ours = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => name.startsWith('@rindle/'))
    // The command is run, not imported; React's package wants that of the client beside it.
    const others = framework === 'next' ? ['@rindle/cli', '@rindle/client'] : ['@rindle/cli']
    expect([...packages, ...others]).toEqual(expect.arrayContaining(ours))
  })

  test('has one command to run it, and its secret in a file that git leaves out', async () => {
    expect(manifest.scripts['dev']).toMatch(framework === 'next' ? /^next dev$/ : /^node .*--watch server\.ts$/)
    expect(files.get('.env')).toMatch(/\nRINDLE_SIGNING_KEY=[0-9a-f]{64}\n/)
    expect(files.get('.gitignore')?.split('\n')).toContain('.env')
    const { mode } = await stat(path.join(cwd, 'app/.env'))
    expect(mode & 0o077).toBe(0)
  })
})

test('the applications have the versions that the templates are checked with', async () => {
  const { devDependencies } = JSON.parse(await readFile(path.join(HERE, 'package.json'), 'utf8'))
  const workspace = await readFile(path.join(HERE, '../../pnpm-workspace.yaml'), 'utf8')
  const catalog = (name: string) => new RegExp(`^ {2}"?${name}"?: (\\S+)$`, 'm').exec(workspace)?.[1]
  for (const [name, version] of Object.entries(VERSIONS)) {
    expect([name, devDependencies[name] === 'catalog:' ? catalog(name) : devDependencies[name]]).toEqual([
      name,
      version,
    ])
  }
})

describe('create-rindle', () => {
  test('takes the defaults where nobody answers, and says what comes next', async () => {
    const { exitCode, stdout, stderr } = await create(['--no-install'], {
      npm_config_user_agent: 'pnpm/12.21.0 npm/? node',
    })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toBe(
      'Wrote the application to rindle-app.\n\nNext:\n  cd rindle-app\n  pnpm install\n  pnpm run dev\n\n' +
        'With the application running, `pnpm exec rindle doctor` checks the whole set-up.\n',
    )
    const files = await filesOf(path.join(cwd, 'rindle-app'))
    expect([...files.keys()]).toEqual(expect.arrayContaining(['server.ts', 'page.html', 'pnpm-workspace.yaml']))
  })

  test('keeps the URL of a database in .env alone', async () => {
    const url = 'postgres://me:pass$word#1@localhost/photos'
    const { stdout } = await create(['app', '--no-install', '--database', url.replace('#', '%23')])
    const files = await filesOf(path.join(cwd, 'app'))
    expect(files.get('.env')).toContain('\nDATABASE_URL="postgres://me:pass%24word%231@localhost/photos"\n')
    files.forEach((text, name) => expect(name === '.env' || !text.includes('pass')).toBe(true))
    expect(stdout).not.toContain('pass')
  })

  test('never overwrites', async () => {
    await mkdir(path.join(cwd, 'app'))
    await writeFile(path.join(cwd, 'app/page.html'), 'mine')
    const { exitCode, stderr } = await create(['app', '--no-install'])
    expect(stderr).toBe('create-rindle: app is not empty. Name a new directory; nothing was written.\n')
    expect(exitCode).toBe(2)
    expect(await filesOf(path.join(cwd, 'app'))).toEqual(new Map([['page.html', 'mine']]))
  })

  test('writes into the directory of a new repository', async () => {
    await mkdir(path.join(cwd, '.git'))
    expect(await create(['.', '--no-install'])).toMatchObject({ exitCode: 0 })
  })

  test('says what to do when the packages cannot be installed', async () => {
    const { exitCode, stderr } = await create(['app', '--package-manager', 'bun'], { PATH: cwd })
    expect(stderr).toBe('create-rindle: bun is not on the PATH. Install it, then run `bun install` in app.\n')
    expect(exitCode).toBe(1)
  })

  test.each([
    [['--framwork', 'next'], 'Unknown option --framwork. Did you mean --framework?'],
    [['-x'], 'Unknown option -x.'],
    [['--framework', 'nest'], '--framework must be one of hono, next, not "nest".'],
    [['--media'], '--media needs a value.'],
    [['--yes=no'], '--yes takes no value.'],
    [['one', 'two'], 'Name one directory, not 2.'],
    [
      ['--database', 'mysql://root:hunter2@localhost/x'],
      '--database is neither "embedded" nor "own" nor a PostgreSQL URL.',
    ],
  ])('refuses %j in one line', async (argv, message) => {
    const { exitCode, stdout, stderr } = await create(argv)
    expect(stderr).toMatch(/^create-rindle: [^\n]+\n$/)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('hunter2')
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(await readdir(cwd)).toEqual([])
  })

  test('explains itself within 80 columns, and knows its version', async () => {
    const { stdout } = await create(['--help'])
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    for (const option of ['--framework', '--media', '--database', '--no-install', '--yes'])
      expect(stdout).toContain(option)
    expect((await create(['-v'])).stdout).toMatch(/^\d+\.\d+\.\d+/)
  })
})

test.each([
  ['20.20.2', false],
  ['22.17.9', false],
  ['22.18.0', true],
  ['24.0.0', true],
])('Node %s runs the application: %s; otherwise it brings its own', (version, expected) => {
  expect(runsTypeScript(version)).toBe(expected)
  const choices = { framework: 'hono', media: 'images', database: null } as const
  expect('node' in (appManifest('app', choices, '1.0.0', !expected) as Manifest).devDependencies).toBe(!expected)
})

test.each([
  ['My Photos', 'my-photos'],
  ['.hidden', 'hidden'],
  ['日本', 'rindle-app'],
])('the directory %s makes a package of the name %s', (directory, name) => {
  expect(packageName(directory)).toBe(name)
})
