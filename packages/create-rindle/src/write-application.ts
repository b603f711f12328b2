import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { appManifest, runsTypeScript } from './app-manifest.ts'
import type { Choices, PackageManager } from './choices.ts'
import { envFile } from './env-file.ts'
import { pnpmWorkspace } from './pnpm-workspace.ts'
import { templateFolders } from './template-folders.ts'
import { UsageError } from './usage-error.ts'

const HERE = path.resolve(import.meta.dirname, '..')

/**
 * Writes the application into a directory that is new or empty. Overwrites nothing.
 *
 * @param shownAs The directory as the user wrote it, for messages.
 * @throws UsageError if the directory holds anything but a `.git`, or cannot be made.
 */
export async function writeApplication(
  directory: string,
  choices: Choices,
  packageManager: PackageManager,
  shownAs: string = directory,
): Promise<void> {
  await openEmpty(directory, shownAs)
  for (const folder of templateFolders(choices)) await copyFolder(path.join(HERE, 'templates', folder), directory)
  const hasOwnNode = !runsTypeScript(process.versions.node)
  const manifest = appManifest(packageName(path.basename(directory)), choices, await ownVersion(), hasOwnNode)
  const written = {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    ...(packageManager === 'pnpm' ? { 'pnpm-workspace.yaml': pnpmWorkspace() } : {}),
  }
  for (const [name, text] of Object.entries(written)) {
    await writeFile(path.join(directory, name), text, { flag: 'wx' })
  }
  const secrets = envFile(choices.database, randomBytes(32).toString('hex'))
  await writeFile(path.join(directory, '.env'), secrets, { flag: 'wx', mode: 0o600 })
}

/** The version of this package, and so of the packages of Rindle that the application installs. */
export async function ownVersion(): Promise<string> {
  const text = await readFile(path.join(HERE, 'package.json'), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}

/** A name that npm accepts, from the name of a directory. Pure. */
export function packageName(directory: string): string {
  const name = directory
    .toLowerCase()
    .replaceAll(/[^a-z0-9._~-]+/g, '-')
    .replace(/^[._~-]+/, '')
  return name === '' ? 'rindle-app' : name.slice(0, 200)
}

async function openEmpty(directory: string, shownAs: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true })
    const present = (await readdir(directory)).filter((name) => name !== '.git')
    if (present.length === 0) return
    throw new UsageError(`${shownAs} is not empty. Name a new directory; nothing was written.`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'ENOTDIR') throw new UsageError(`${shownAs} is a file. Name another directory.`)
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
      throw new UsageError(`${shownAs} cannot be written (${code}). Name a directory of your own.`)
    }
    throw error
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter((one) => one.isFile())) {
    const below = path.relative(from, entry.parentPath)
    // npm leaves files of this name out of packages, so the template's has no dot.
    const name = entry.name === 'gitignore' ? '.gitignore' : entry.name
    await mkdir(path.join(to, below), { recursive: true })
    await copyFile(path.join(entry.parentPath, entry.name), path.join(to, below, name), constants.COPYFILE_EXCL)
  }
}
