import type { BigIntStats } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { type KnownStorage, RindleError } from '@rindle/core'
import { hasErrno } from './errno.ts'
import type { LocalStorageConfig } from './options.ts'
import { MARKER, readMarker, statMarker, writeMarker } from './root-marker.ts'
import { walkObjects } from './walk-objects.ts'

/** What tells the root of a storage from a directory in its place, such as the mount point of a disk that is not there. */
export interface RootGuard {
  /**
   * Gives the id of the root. One that was never used, or is set up anew (`null`), is made, or what lies there is taken
   * over. One that was used before must be the same: `storage_unavailable`, and nothing is made, when it is gone, has no
   * marker, or another's. `config_invalid` when a file is there. Safe to repeat, and to do in many processes at once.
   */
  open(known: KnownStorage | null | undefined): Promise<string>
  /** Throws `storage_unavailable` unless the root is there. One system call, as long as nothing has changed. */
  assertThere(): Promise<void>
}

/** Does no I/O by itself. `findRoot` gives the real path of the root. */
export function rootGuard(config: LocalStorageConfig, findRoot: () => Promise<string>): RootGuard {
  let trusted: { readonly id: string; readonly marker: BigIntStats } | undefined

  const assertMarked = async (root: string): Promise<string> => {
    const marker = await statMarker(root)
    if (marker === undefined) throw rootMissing()
    if (trusted !== undefined && isSameFile(marker, trusted.marker)) return trusted.id
    const id = await readMarker(root)
    if (id === undefined) throw rootMissing()
    if (trusted !== undefined && id !== trusted.id) throw otherRoot(config.directory)
    trusted = { id, marker }
    return id
  }

  return {
    async open(known) {
      if (known === null) trusted = undefined
      await openRoot(config, known ?? (trusted === undefined ? undefined : { identity: trusted.id }))
      return assertMarked(await findRoot())
    },
    assertThere: async () => void (await assertMarked(await findRoot())),
  }
}

/** The error of a root that is not there. */
export function rootMissing(cause?: unknown): RindleError {
  return new RindleError(
    'storage_unavailable',
    `Local storage: the root directory is not there, or has no ${MARKER}: its disk may not be mounted. Mount it. A root ` +
      'that is new is set up by start(), and one that was moved or emptied on purpose by `rindle init-storage`.',
    { cause },
  )
}

async function openRoot(config: LocalStorageConfig, known: KnownStorage | undefined): Promise<void> {
  const { directory } = config
  if (known === undefined) await makeRoot(config)
  const id = await readMarker(directory)
  if (id === undefined) {
    // Used by a version that marked nothing? A mount point may hold this and that, but no objects.
    const isOurs = known === undefined || (known.identity === null && (await holdsObjects(directory)))
    if (!isOurs) throw lostRoot(directory)
    await writeMarker(directory, config)
  } else if (known !== undefined && known.identity !== null && known.identity !== id) throw otherRoot(directory)
}

async function makeRoot({ directory, directoryMode }: LocalStorageConfig): Promise<void> {
  try {
    const made = await mkdir(directory, { recursive: true, mode: directoryMode })
    if (made !== undefined) await chmod(directory, directoryMode)
  } catch (error) {
    if (!hasErrno(error, 'EEXIST', 'ENOTDIR')) throw error
    throw new RindleError('config_invalid', `Local storage: there is a file where directory "${directory}" must be.`, {
      cause: error,
    })
  }
}

async function holdsObjects(directory: string): Promise<boolean> {
  for await (const _object of walkObjects(directory)) return true
  return false
}

function lostRoot(directory: string): RindleError {
  return new RindleError(
    'storage_unavailable',
    `Local storage: "${directory}" was in use before, and now it is not there, or has no ${MARKER}: its disk may not be ` +
      'mounted, so nothing is made there. Mount it. If it was moved or emptied on purpose, run `rindle init-storage`.',
  )
}

function otherRoot(directory: string): RindleError {
  return new RindleError(
    'storage_unavailable',
    `Local storage: "${directory}" is the root of another storage, by its ${MARKER}. Mount the disk that was there ` +
      'before. If it was exchanged on purpose, run `rindle init-storage`.',
  )
}

function isSameFile(left: BigIntStats, right: BigIntStats): boolean {
  return left.ino === right.ino && left.dev === right.dev && left.mtimeNs === right.mtimeNs
}
