import type { BigIntStats } from 'node:fs'
import { chmod, lstat, mkdir } from 'node:fs/promises'
import { RindleError } from '@rindle/core'
import type { Finding, KnownStorage } from '@rindle/core/adapter'
import { hasErrno } from './errno.ts'
import type { LocalStorageConfig } from './options.ts'
import { MARKER, readMarker, statMarker, writeMarker } from './root-marker.ts'
import { sharedRuns } from './shared-runs.ts'
import { walkObjects } from './walk-objects.ts'

/**
 * Distinguishes the root of a storage from another directory in its place, such as the mount point of a missing disk.
 */
export interface RootGuard {
  /**
   * Returns the id of the root. A root that was never used, or is set up again (`null`), is created, or accepted as it
   * is. A known root must be the same: if it is gone, has no marker, or another one, throws `storage_unavailable` and
   * creates nothing. `config_invalid` if a file is there. Safe to repeat, and to call in many processes at once.
   */
  open(known: KnownStorage | null | undefined): Promise<string>
  /** The id of the root that exists now, whichever it is; `null` if there is none. Creates nothing. */
  identify(): Promise<string | null>
  /**
   * Throws `storage_unavailable` unless the root exists. A root that was not opened may have no marker, because nothing
   * is known about it. Takes one system call as long as nothing has changed, and those who call at once share one.
   */
  assertThere(): Promise<void>
  /** Whether `open` would recognise it; `undefined` for one that was never used. Changes nothing. */
  diagnose(known: KnownStorage | undefined): Promise<Finding | undefined>
}

/** Does no I/O by itself. `findRoot` returns the real path of the root. */
export function rootGuard(config: LocalStorageConfig, findRoot: () => Promise<string>): RootGuard {
  const { directory } = config
  let trusted: { readonly id: string; readonly marker: BigIntStats } | undefined

  /** The id of the root, once it can be trusted. */
  const recognise = async (): Promise<string | undefined> => {
    const root = await findRoot()
    const marker = await statMarker(root)
    if (marker !== undefined && trusted !== undefined && isSameFile(marker, trusted.marker)) return trusted.id
    const id = marker === undefined ? undefined : await readMarker(root)
    if (id === undefined && trusted === undefined) return assertDirectory(root)
    if (marker === undefined || id === undefined) throw rootMissing()
    if (trusted !== undefined && id !== trusted.id) throw unavailable(otherRoot(directory))
    trusted = { id, marker }
    return id
  }
  const look = sharedRuns(async () => void (await recognise()))
  const judge = (known: KnownStorage | null | undefined): Promise<Verdict> =>
    judgeRoot(directory, { isUsed: neverUsed, ...known, identity: known?.identity ?? trusted?.id ?? null })

  return {
    async open(known) {
      if (known === null) trusted = undefined
      const verdict = await judge(known)
      if (typeof verdict === 'object') throw unavailable(verdict)
      if (verdict === 'new') {
        await makeRoot(config)
        await writeMarker(directory, config)
      }
      const id = await recognise()
      if (id === undefined) throw rootMissing()
      return id
    },
    identify: async () => (await readMarker(directory)) ?? null,
    assertThere: () => look(directory),
    diagnose: async (known) => rootFinding(await judge(known)),
  }
}

/** The error of a missing root. */
export function rootMissing(cause?: unknown): RindleError {
  const summary = `the root directory does not exist, or has no ${MARKER}: its disk may not be mounted`
  return unavailable({ summary, fix: `Mount it. For a new root, call start(). ${SET_UP_ANEW}` }, cause)
}

/** A problem of a root, and its fix. */
interface RootProblem {
  /** Without a full stop. */
  readonly summary: string
  readonly fix: string
}

type Verdict = 'marked' | 'new' | RootProblem

const SET_UP_ANEW = 'If you moved, emptied or replaced it on purpose, run `rindle init-storage`.'

async function judgeRoot(directory: string, { identity, isUsed }: KnownStorage): Promise<Verdict> {
  const id = await readMarker(directory)
  if (id !== undefined) return identity === null || identity === id ? 'marked' : otherRoot(directory)
  if (identity !== null) return lostRoot(directory)
  // A version without markers may have used it. A mount point may hold some files, but no objects.
  return (await isUsed()) && !(await holdsObjects(directory)) ? lostRoot(directory) : 'new'
}

const neverUsed = async (): Promise<boolean> => false

function rootFinding(verdict: Verdict): Finding | undefined {
  const id = 'storage.root'
  if (typeof verdict === 'object') return { id, status: 'error', ...verdict }
  if (verdict === 'new') return undefined
  return { id, status: 'ok', summary: 'the root directory exists, and is the right one' }
}

async function assertDirectory(root: string): Promise<undefined> {
  try {
    await lstat(root)
  } catch (error) {
    throw hasErrno(error, 'ENOENT', 'ENOTDIR') ? rootMissing(error) : error
  }
}

async function makeRoot({ directory, directoryMode }: LocalStorageConfig): Promise<void> {
  try {
    const made = await mkdir(directory, { recursive: true, mode: directoryMode })
    if (made !== undefined) await chmod(directory, directoryMode)
  } catch (error) {
    if (!hasErrno(error, 'EEXIST', 'ENOTDIR')) throw error
    throw new RindleError('config_invalid', `Local storage: "${directory}" is a file and must be a directory.`, {
      cause: error,
    })
  }
}

async function holdsObjects(directory: string): Promise<boolean> {
  for await (const _object of walkObjects(directory)) return true
  return false
}

function lostRoot(directory: string): RootProblem {
  return {
    summary: `"${directory}" was in use before, and now it does not exist, or has no ${MARKER}: its disk may not be mounted`,
    fix: `Mount it; Rindle creates nothing there. ${SET_UP_ANEW}`,
  }
}

function otherRoot(directory: string): RootProblem {
  return {
    summary: `"${directory}" is not the root that was in use before: its ${MARKER} has another id`,
    fix: `Mount the disk that was there before. ${SET_UP_ANEW}`,
  }
}

function unavailable({ summary, fix }: RootProblem, cause?: unknown): RindleError {
  return new RindleError('storage_unavailable', `Local storage: ${summary}. ${fix}`, { cause })
}

function isSameFile(left: BigIntStats, right: BigIntStats): boolean {
  return left.ino === right.ino && left.dev === right.dev && left.mtimeNs === right.mtimeNs
}
