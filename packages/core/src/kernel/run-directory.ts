import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { RindleError } from '../domain/errors.ts'

/** The prefixes of directories below the work directory; a sweep recognises them. */
export const WORK_DIRECTORY_PREFIXES = { run: 'run-', sources: 'sources-' } as const
/** The file that names the process that owns a directory. */
export const OWNER_FILE = '.owner.json'

/** The process that owns a directory. */
export interface DirectoryOwner {
  readonly pid: number
  readonly host: string
}

/** A private directory for one run of work; disposing of it removes it with its contents. */
export interface RunDirectory extends AsyncDisposable {
  /** An empty directory for outputs. */
  readonly path: string
}

/** Makes a run directory that only this user can read. */
export async function makeRunDirectory(parent: string): Promise<RunDirectory> {
  const root = await makeOwnedDirectory(parent, 'run')
  const path = join(root, 'outputs')
  await mkdir(path)
  return { path, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) }
}

/** Makes a directory that only this user can read, marked with its owner: a sweep skips it while the owner lives. */
export async function makeOwnedDirectory(parent: string, kind: keyof typeof WORK_DIRECTORY_PREFIXES): Promise<string> {
  try {
    await mkdir(parent, { recursive: true })
    const root = await mkdtemp(join(parent, WORK_DIRECTORY_PREFIXES[kind]))
    const owner: DirectoryOwner = { pid: process.pid, host: hostname() }
    await writeFile(join(root, OWNER_FILE), JSON.stringify(owner))
    return root
  } catch (error) {
    if (!FULL.includes((error as NodeJS.ErrnoException).code)) throw error
    throw new RindleError('insufficient_disk', `The work directory ${parent} has no free space. Free some.`, {
      cause: error,
    })
  }
}

const FULL: readonly unknown[] = ['ENOSPC', 'EDQUOT']
