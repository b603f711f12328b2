import type { Dirent } from 'node:fs'
import { lstat, readdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type DirectoryOwner, OWNER_FILE, WORK_DIRECTORY_PREFIXES } from '../kernel/run-directory.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { errorFields } from '../ports/logger.ts'
import { runOperation } from './run-operation.ts'
import { assertSeconds } from './scope.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link sweepOrphanedTempFiles}. */
export interface SweepOptions extends WalkOptions {
  /** Deletes; otherwise it only counts. @default false */
  readonly live?: boolean
  /** Skips directories that were written to more recently. @default 14400 */
  readonly thresholdSeconds?: number
}

/** The results of {@link sweepOrphanedTempFiles}, or its findings. */
export interface SweepReport {
  /** Directories of work in progress, and of cached sources. */
  readonly scanned: number
  /** Those that no process uses any more. */
  readonly matched: number
  readonly deleted: number
  /** The size of the files in the matched ones. */
  readonly bytes: number
  readonly errors: number
  readonly dryRun: boolean
  readonly interrupted: boolean
}

const DEFAULT_THRESHOLD_SECONDS = 14_400
/** Times of processes and of files come from clocks that may differ by milliseconds. */
const CLOCK_TOLERANCE_MS = 2_000

/**
 * Deletes leftovers of killed processes in this machine's work directory: directories that nothing was written to for
 * `thresholdSeconds`, and whose process is dead. Without `live` it only counts. Where machines share a work directory,
 * a process of another machine counts as dead. Safe to repeat and to interrupt.
 */
export async function sweepOrphanedTempFiles(runtime: Runtime, options: SweepOptions = {}): Promise<SweepReport> {
  const dryRun = !(options.live ?? false)
  const operation = 'sweep_orphaned_temp_files'
  return runOperation(runtime, { operation, scope: 'all', dry_run: dryRun }, async () => {
    const thresholdSeconds = options.thresholdSeconds ?? DEFAULT_THRESHOLD_SECONDS
    assertSeconds('thresholdSeconds', thresholdSeconds)
    const olderThan = runtime.now().getTime() - thresholdSeconds * 1_000
    const counts = { scanned: 0, matched: 0, deleted: 0, bytes: 0, errors: 0 }
    const each = async (path: string): Promise<void> => {
      counts.scanned += 1
      try {
        const { byteSize, writtenAt } = await measure(path)
        if (writtenAt >= olderThan || (await isHeld(path))) return
        counts.matched += 1
        counts.bytes += byteSize
        if (dryRun) return
        await rm(path, { recursive: true, force: true })
        counts.deleted += 1
      } catch (error) {
        counts.errors += 1
        runtime.logger.error(errorFields(error), 'An abandoned directory could not be deleted.')
      }
    }
    const directories = await workDirectories(runtime)
    const total = async () => ({ count: directories.length, isEstimate: false })
    const { interrupted } = await walk(onePage(directories), { ...options, concurrency: 1, counts, each, total })
    return { ...counts, dryRun, interrupted }
  })
}

async function* onePage(paths: readonly string[]): AsyncGenerator<string[]> {
  yield [...paths]
}

async function workDirectories({ workDirectory }: Runtime): Promise<readonly string[]> {
  const prefixes = Object.values(WORK_DIRECTORY_PREFIXES)
  // A symbolic link does not count as a directory: it must not decide what is deleted.
  const isOurs = (entry: Dirent): boolean =>
    entry.isDirectory() && prefixes.some((prefix) => entry.name.startsWith(prefix))
  return (await entriesOf(workDirectory)).filter(isOurs).map(({ name }) => join(workDirectory, name))
}

/** The size of all files in it, and the time of the last write. */
async function measure(path: string): Promise<{ readonly byteSize: number; readonly writtenAt: number }> {
  const { mtimeMs } = await lstat(path)
  let total = { byteSize: 0, writtenAt: mtimeMs }
  for (const entry of await entriesOf(path)) {
    const entryPath = join(path, entry.name)
    const stats = await lstat(entryPath)
    const { byteSize, writtenAt } = entry.isDirectory()
      ? await measure(entryPath)
      : { byteSize: stats.size, writtenAt: stats.mtimeMs }
    total = { byteSize: total.byteSize + byteSize, writtenAt: Math.max(total.writtenAt, writtenAt) }
  }
  return total
}

async function isHeld(path: string): Promise<boolean> {
  const file = join(path, OWNER_FILE)
  const owner = await readOwner(file)
  if (owner === null || owner.host !== hostname() || !isProcessAlive(owner.pid)) return false
  if (owner.pid !== process.pid) return true
  // In a container every process has the same id: a directory from before our start belongs to our predecessor.
  const startedAt = Date.now() - process.uptime() * 1_000
  return (await lstat(file)).mtimeMs >= startedAt - CLOCK_TOLERANCE_MS
}

/** `null` when the process was killed before it had recorded itself. */
async function readOwner(file: string): Promise<DirectoryOwner | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as DirectoryOwner
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return null
    throw error
  }
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It lives, and belongs to another user.
    return hasCode(error, 'EPERM')
  }
}

/** Empty when the directory is gone or was never made. */
async function entriesOf(path: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true })
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
