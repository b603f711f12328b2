import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'

const run = promisify(execFile)
const repository = path.resolve(import.meta.dirname, '../..')

const hasGit = await run('git', ['--version']).then(
  () => true,
  () => false,
)
if (!hasGit) console.warn('Skipped: the changeset tool needs git, which is not on PATH.')

let copy: string

// Only the files that a release reads and writes: manifests, changesets, the address of the documentation.
beforeEach(async () => {
  copy = await mkdtemp(path.join(tmpdir(), 'rindle-release-'))
  for (const name of ['.changeset', 'package.json', 'pnpm-workspace.yaml']) await take(name)
  const folders = ['packages', 'examples'].map(async (parent) =>
    (await readdir(path.join(repository, parent))).map((folder) => `${parent}/${folder}`),
  )
  for (const folder of [...(await Promise.all(folders)).flat(), 'bench', 'docs', 'test-e2e']) {
    await take(`${folder}/package.json`)
  }
  await take('packages/core/src/domain/docs-url.ts')
})

afterEach(() => rm(copy, { recursive: true, force: true }))

test.skipIf(!hasGit)('the changesets that wait make one minor version, and none is a major one', async () => {
  await run('git', ['init', '--quiet', copy])
  const before = await published()
  await run(path.join(repository, 'node_modules/.bin/changeset'), ['version'], { cwd: copy })
  const versions = new Set((await published()).map(({ version }) => version))
  expect(versions.size).toBe(1)
  expect([...versions].map(majorOf)).toEqual([majorOf(before[0]?.version)])
  expect(before[0]?.version === '0.0.0' ? versions : undefined).not.toEqual(new Set(['0.0.0']))
})

test('a release names the repository that it is made from in every package, and changes nothing else', async () => {
  const before = await published()
  const tool = path.join(import.meta.dirname, 'name-repository.ts')
  const env = { ...process.env, RINDLE_DOCS_URL: 'https://docs.example/rindle/' }
  await run(process.execPath, [tool, 'https://forge.example/somebody/rindle', copy], { env })
  for (const [index, { homepage, bugs, repository: named, ...rest }] of (await published()).entries()) {
    const folder = `packages/${rest.name.replace('@rindle/', '')}`
    expect({ homepage, bugs, named }).toEqual({
      homepage: `https://forge.example/somebody/rindle/tree/main/${folder}#readme`,
      bugs: { url: 'https://forge.example/somebody/rindle/issues' },
      named: { type: 'git', url: 'git+https://forge.example/somebody/rindle.git', directory: folder },
    })
    expect(rest).toEqual(before[index])
  }
  expect(await docsUrl()).toBe('https://docs.example/rindle')
})

test('errors of a release from GitHub lead to its Pages, and those of another forge to an address that you give', async () => {
  const { RINDLE_DOCS_URL: _given, ...env } = process.env
  const tool = path.join(import.meta.dirname, 'name-repository.ts')
  await run(process.execPath, [tool, 'https://github.com/Somebody/rindle', copy], { env })
  expect(await docsUrl()).toBe('https://somebody.github.io/rindle')
  const other = run(process.execPath, [tool, 'https://forge.example/somebody/rindle', copy], { env })
  await expect(other).rejects.toThrow('Set RINDLE_DOCS_URL')
})

test('workflows run scripts that there are', async () => {
  const { scripts } = JSON.parse(await readFile(path.join(repository, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const folder = path.join(repository, '.github/workflows')
  const texts = await Promise.all((await readdir(folder)).map((name) => readFile(path.join(folder, name), 'utf8')))
  const named = texts.flatMap((text) =>
    [...text.matchAll(/(?:run|version|publish): pnpm (\S+)/g)].map(([, name]) => name),
  )
  expect(named.length).toBeGreaterThan(4)
  expect(named.filter((name) => name !== 'install' && scripts[name ?? ''] === undefined)).toEqual([])
})

function majorOf(version = ''): string | undefined {
  return version.split('.')[0]
}

interface Manifest extends Readonly<Record<string, unknown>> {
  readonly name: string
  readonly version: string
  readonly private?: boolean
}

async function published(): Promise<Manifest[]> {
  const folders = (await readdir(path.join(copy, 'packages'))).toSorted()
  const texts = folders.map((folder) => readFile(path.join(copy, 'packages', folder, 'package.json'), 'utf8'))
  return (await Promise.all(texts)).map((text) => JSON.parse(text) as Manifest).filter((manifest) => !manifest.private)
}

async function docsUrl(): Promise<string | undefined> {
  const source = await readFile(path.join(copy, 'packages/core/src/domain/docs-url.ts'), 'utf8')
  return /DOCS_URL: string = '(.*)'/.exec(source)?.[1]
}

async function take(name: string): Promise<void> {
  await cp(path.join(repository, name), path.join(copy, name), { recursive: true })
}
