import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

interface Manifest {
  name: string
  private?: boolean
  /** A text: a stylesheet, which is shipped as it is. */
  exports: Record<string, string | Record<string, string>>
  publishConfig?: { access: string; exports: Record<string, string | Record<string, string>> }
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  files?: string[]
}

interface TypeScriptProject {
  references: { path: string }[]
}

const repository = path.resolve(import.meta.dirname, '../..')
const folders = readdirSync(path.join(repository, 'packages')).toSorted()
const manifests = new Map(folders.map((folder) => [folder, read<Manifest>(`packages/${folder}/package.json`)]))
const published = folders.filter((folder) => manifest(folder).private !== true)

/** The client has a program of a worker, and React a stylesheet. */
const SIDE_EFFECTS: Readonly<Record<string, readonly string[]>> = {
  client: ['./dist/sha256-worker.js'],
  react: ['*.css'],
}

describe.each(folders)('packages/%s', (folder) => {
  test('is named after its folder and built with the others', () => {
    // `npm create rindle` looks for the one name without the scope.
    expect(manifest(folder).name).toBe(folder === 'create-rindle' ? folder : `@rindle/${folder}`)
    expect(read<TypeScriptProject>('tsconfig.build.json').references).toContainEqual({ path: `packages/${folder}` })
  })

  test('references the projects of ours that its source imports', () => {
    const { dependencies, peerDependencies } = manifest(folder)
    const references = read<TypeScriptProject>(`packages/${folder}/tsconfig.json`).references.map((to) => to.path)
    for (const name of ownPackages({ ...dependencies, ...peerDependencies })) expect(references).toContain(`../${name}`)
  })

  test('resolves to source first under dev-source, then to types, then to code', () => {
    for (const [name, entry] of Object.entries(manifest(folder).exports)) {
      if (typeof entry === 'string')
        expect([entry, manifest(folder).files]).toEqual([name, expect.arrayContaining([name.slice(2)])])
      else expect(Object.keys(entry)).toEqual(['dev-source', 'types', 'default'])
    }
  })
})

describe.each(published)('packages/%s, as published,', (folder) => {
  test('says the same about itself as every other package', () => {
    expect(manifest(folder)).toMatchObject({
      version: manifest('core').version,
      license: 'MIT',
      type: 'module',
      sideEffects: SIDE_EFFECTS[folder] ?? false,
      engines: { node: '>=22.12' },
      description: expect.stringMatching(/\.$/),
      keywords: expect.arrayContaining(['rindle', 'media', 'uploads']),
      publishConfig: { access: 'public' },
      files: expect.arrayContaining(['dist', '!dist/.tsbuildinfo*', '!dist/**/*.d.ts.map']),
    })
  })

  test('has the same exports as here, without the sources that it does not ship', () => {
    const { exports, publishConfig } = manifest(folder)
    const shipped = Object.entries(exports).map(([name, entry]) => {
      if (typeof entry === 'string') return [name, entry]
      const { 'dev-source': _source, ...rest } = entry
      return [name, rest]
    })
    expect(publishConfig?.exports).toEqual(Object.fromEntries(shipped))
  })

  // A peer that leaves its range is a major release of the dependent, and all packages share one version.
  test('takes packages of ours as peers without an upper end', () => {
    const { peerDependencies = {} } = manifest(folder)
    const ranges = ownPackages(peerDependencies).map((name) => peerDependencies[`@rindle/${name}`])
    expect(ranges.filter((range) => range !== 'workspace:>=0.0.0')).toEqual([])
  })

  test('depends on no private package of ours', () => {
    const { dependencies, peerDependencies } = manifest(folder)
    expect(published).toEqual(expect.arrayContaining(ownPackages({ ...dependencies, ...peerDependencies })))
  })
})

test('the lockfile names no host to download from', () => {
  expect(text('pnpm-lock.yaml').match(/^.*(?:https?:\/\/|tarball:).*$/m)).toBeNull()
})

test('the README, the checks and the package manager field speak of the same commands', () => {
  const { packageManager } = read<{ packageManager: string }>('package.json')
  const command = `npx -y -p node@24 -p ${packageManager} -- pnpm`
  expect(text('README.md')).toContain(`${command} demo\n`)
  expect(text('README.md')).toContain(`${command} test\n`)
  expect(text('.ci/run')).toContain(`npx -y -p "node@$node_major" -p ${packageManager} -- `)
  expect(text('.ci/run')).toContain('\nnode_major=24\n')
  expect(text('.ci/run')).toContain('\n    pnpm test\n')
})

function manifest(folder: string): Manifest & Record<string, unknown> {
  const found = manifests.get(folder)
  if (found === undefined) throw new Error(`There is no packages/${folder}.`)
  return found as Manifest & Record<string, unknown>
}

function ownPackages(dependencies: Record<string, string>): string[] {
  return Object.keys(dependencies)
    .filter((name) => name.startsWith('@rindle/'))
    .map((name) => name.replace('@rindle/', ''))
}

function text(file: string): string {
  return readFileSync(path.join(repository, file), 'utf8')
}

/** JSON, or TypeScript's JSON with comments on lines of their own. */
function read<Shape>(file: string): Shape {
  return JSON.parse(text(file).replaceAll(/^\s*\/\/.*$/gm, '')) as Shape
}
