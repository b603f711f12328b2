import { access, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RindleError } from '@rindle/core'

/** The package managers that `rindle init` knows, by their lockfiles. */
const LOCKFILES = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
  'package-lock.json': 'npm',
} as const

/** The frameworks that `rindle init` knows, by the package that an application of theirs depends on. */
const FRAMEWORKS = {
  next: 'next',
  '@sveltejs/kit': 'sveltekit',
  nuxt: 'nuxt',
  '@tanstack/react-start': 'tanstack',
  '@nestjs/core': 'nestjs',
  hono: 'hono',
  fastify: 'fastify',
  express: 'express',
} as const

export type PackageManager = (typeof LOCKFILES)[keyof typeof LOCKFILES]
export type Framework = (typeof FRAMEWORKS)[keyof typeof FRAMEWORKS]

/** What `rindle init` finds out about the project in a directory. */
export interface Project {
  readonly packageManager: PackageManager
  /** `undefined`: none that is known. */
  readonly framework: Framework | undefined
  readonly isTypeScript: boolean
  /** Whether package.json says `"type": "module"`. */
  readonly isModule: boolean
  /** Whether an import may end in `.ts`; otherwise TypeScript wants `.js`. */
  readonly importsTs: boolean
  /** The folder of the sources of Next or another framework: `src` or nothing. */
  readonly sourceFolder: '' | 'src'
  /** The names of the packages that it depends on. */
  readonly dependencies: ReadonlySet<string>
}

interface Manifest {
  readonly type?: string
  readonly packageManager?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

/**
 * Looks at the project in a directory: its package.json, tsconfig.json and lockfile. Changes nothing.
 *
 * @param userAgent What npm or another package manager says that it is: `npm_config_user_agent`.
 * @throws RindleError `config_invalid` if package.json is not JSON.
 */
export async function readProject(directory: string, userAgent = ''): Promise<Project> {
  const manifest = parseManifest(await textOf(join(directory, 'package.json')))
  const dependencies = new Set(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))
  const tsconfig = await textOf(join(directory, 'tsconfig.json'))
  const framework = Object.entries(FRAMEWORKS).find(([name]) => dependencies.has(name))?.[1]
  const isAppInSource = framework === 'next' && !(await exists(join(directory, 'app')))
  return {
    packageManager: await packageManagerOf(directory, manifest, userAgent),
    framework,
    // Without a package.json there is nothing to say no: Node runs TypeScript.
    isTypeScript: tsconfig !== undefined || dependencies.has('typescript') || dependencies.size === 0,
    isModule: manifest.type === 'module',
    importsTs: tsconfig === undefined || /"(?:allowImportingTs|rewriteRelativeImport)Extensions"/.test(tsconfig),
    sourceFolder: isAppInSource && (await exists(join(directory, 'src'))) ? 'src' : '',
    dependencies,
  }
}

/** The command that installs packages. Pure. */
export function installCommand({ packageManager }: Project, packages: readonly string[]): string {
  return `${packageManager} ${packageManager === 'npm' ? 'install' : 'add'} ${packages.join(' ')}`
}

/** The command that runs `rindle` of the project's packages. Pure. */
export function rindleCommand({ packageManager }: Project, args: string): string {
  if (packageManager === 'npm') return `npx rindle ${args}`
  return packageManager === 'bun' ? `bunx rindle ${args}` : `${packageManager} exec rindle ${args}`
}

async function packageManagerOf(directory: string, manifest: Manifest, userAgent: string): Promise<PackageManager> {
  const named = (text: string): PackageManager | undefined =>
    Object.values(LOCKFILES).find((name) => new RegExp(`^${name}[@/]`).test(text))
  return named(manifest.packageManager ?? '') ?? (await byLockfile(directory)) ?? named(userAgent) ?? 'npm'
}

/** In a workspace, the lockfile lies in a directory above. */
async function byLockfile(directory: string): Promise<PackageManager | undefined> {
  for (const [name, manager] of Object.entries(LOCKFILES)) {
    if (await exists(join(directory, name))) return manager
  }
  const parent = dirname(directory)
  return parent === directory || (await exists(join(directory, '.git'))) ? undefined : byLockfile(parent)
}

function parseManifest(text: string | undefined): Manifest {
  try {
    return text === undefined ? {} : (JSON.parse(text) as Manifest)
  } catch (cause) {
    throw new RindleError('config_invalid', `package.json is not valid JSON: ${(cause as Error).message}`, { cause })
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
