import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** Run directories carry this prefix, so that a sweep knows them. */
export const RUN_DIRECTORY_PREFIX = 'run-'
/** The file that says which process a run directory belongs to. */
export const OWNER_FILE = '.owner.json'

/** A private directory for one run of work; removed, with all that is in it, when it is disposed of. */
export interface RunDirectory extends AsyncDisposable {
  /** An empty directory for outputs. */
  readonly path: string
}

/** Makes a run directory that only this user can read, marked with its owner. */
export async function makeRunDirectory(parent: string): Promise<RunDirectory> {
  await mkdir(parent, { recursive: true })
  const root = await mkdtemp(join(parent, RUN_DIRECTORY_PREFIX))
  const path = join(root, 'outputs')
  await mkdir(path)
  await writeFile(join(root, OWNER_FILE), JSON.stringify({ pid: process.pid, host: hostname() }))
  return { path, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) }
}
