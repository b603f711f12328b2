import type { Choices } from './choices.ts'

/** The versions of other packages that the templates were tested with. A test compares them with this repository's. */
export const VERSIONS = {
  '@hono/node-server': '2.1.8',
  '@types/node': '24.19.2',
  '@types/react': '19.3.0',
  '@types/react-dom': '19.3.0',
  hono: '4.13.19',
  next: '16.4.6',
  react: '19.3.1',
  'react-dom': '19.3.1',
} as const

// Next reads the compiler's JavaScript API, which TypeScript 7 does not have.
const TYPESCRIPT = '6.0.3'

/** The Node that an application brings along where the machine's is too old for it. */
export const OWN_NODE = '24'

/**
 * Whether a version of Node runs the application: from 22.18 it runs TypeScript. Pure.
 *
 * @param version As in `process.versions.node`.
 */
export function runsTypeScript(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 18)
}

/**
 * The package.json of an application. Pure.
 *
 * @param version That of the packages of Rindle.
 * @param hasOwnNode Whether it brings a Node along.
 */
export function appManifest(name: string, choices: Choices, version: string, hasOwnNode: boolean): object {
  const ours = (names: readonly string[]): Record<string, string> => versioned(names, () => `^${version}`)
  const others = (names: readonly (keyof typeof VERSIONS)[]): Record<string, string> =>
    versioned(names, (other) => `^${VERSIONS[other]}`)
  const isNext = choices.framework === 'next'
  return {
    name,
    private: true,
    type: 'module',
    engines: { node: '>=22.18' },
    scripts: isNext ? NEXT_SCRIPTS : HONO_SCRIPTS,
    dependencies: sorted({
      ...ours(['@rindle/cli', '@rindle/core', '@rindle/http', '@rindle/jobs-pgboss', '@rindle/prisma']),
      ...ours(['@rindle/processor-image', '@rindle/storage-local']),
      ...(choices.media === 'video' ? ours(['@rindle/processor-av']) : {}),
      ...(isNext ? ours(['@rindle/client', '@rindle/react']) : {}),
      ...others(isNext ? ['next', 'react', 'react-dom'] : ['@hono/node-server', 'hono']),
    }),
    devDependencies: sorted({
      ...(choices.database === null ? ours(['@rindle/embedded']) : {}),
      ...others(isNext ? ['@types/node', '@types/react', '@types/react-dom'] : ['@types/node']),
      ...(hasOwnNode ? { node: OWN_NODE } : {}),
      typescript: TYPESCRIPT,
    }),
  }
}

const NODE = 'node --env-file-if-exists=.env'
const HONO_SCRIPTS = { dev: `${NODE} --watch server.ts`, start: `${NODE} server.ts`, typecheck: 'tsc' }
const NEXT_SCRIPTS = { dev: 'next dev', build: 'next build', start: 'next start', typecheck: 'next typegen && tsc' }

function versioned<N extends string>(names: readonly N[], version: (name: N) => string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, version(name)]))
}

function sorted(entries: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
