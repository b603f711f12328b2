import { mkdir, mkdtemp, rm, rmdir, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { WORK_DIRECTORY_PREFIXES } from '../../kernel/run-directory.ts'
import type { Finding } from '../../ports/diagnosis.ts'
import type { Profile } from '../../profile/profile.ts'
import { reasonOf } from './reason-of.ts'

const WRITABLE = 'work_directory.writable'
const CANARY_BYTES = 65_536

/** Checks that work in progress has room: its directory is writable, and can hold the largest source twice. */
export async function* workDirectoryFindings(
  directory: string,
  profiles: Readonly<Record<string, Profile>>,
): AsyncGenerator<Finding> {
  let made: string | undefined
  try {
    made = await mkdir(directory, { recursive: true })
  } catch (error) {
    yield unwritable(directory, error)
    return
  }
  try {
    yield await writableFinding(directory)
    const largestBytes = Math.max(0, ...Object.values(profiles).map(({ accept }) => accept.maxBytes))
    const { bavail, bsize } = await statfs(directory)
    yield spaceFinding(bavail * bsize, largestBytes)
  } finally {
    if (made !== undefined) await removeEmpty(directory, made)
  }
}

async function writableFinding(directory: string): Promise<Finding> {
  let made: string | undefined
  try {
    // A sweep recognises it by its name, in case this process is killed now.
    made = await mkdtemp(join(directory, WORK_DIRECTORY_PREFIXES.run))
    await writeFile(join(made, 'canary'), Buffer.alloc(CANARY_BYTES), { flush: true })
    return { id: WRITABLE, status: 'ok', summary: `${directory} can be written` }
  } catch (error) {
    return unwritable(directory, error)
  } finally {
    if (made !== undefined) await rm(made, { recursive: true, force: true })
  }
}

function unwritable(directory: string, error: unknown): Finding {
  const summary = `${directory} cannot be written: ${reasonOf(error)}`
  const fix = 'Free space or grant write access there, or set `workDirectory`.'
  return { id: WRITABLE, status: 'error', summary, fix }
}

/** Judges the free space against the largest source that some profile accepts. Pure. */
export function spaceFinding(freeBytes: number, largestBytes: number): Finding {
  const id = 'work_directory.space'
  const summary = `${sizeOf(freeBytes)} free; the largest accepted source has ${sizeOf(largestBytes)}`
  if (freeBytes >= 2 * largestBytes) return { id, status: 'ok', summary }
  return {
    id,
    status: freeBytes >= largestBytes ? 'warn' : 'error',
    summary,
    fix: 'Free space there, set `workDirectory` to a larger disk, or accept smaller files: twice the largest is needed.',
  }
}

/** Removes the directories that the check made and nobody else uses meanwhile, from the inner to the outer one. */
async function removeEmpty(directory: string, outermost: string): Promise<void> {
  for (let path = directory; path.length >= outermost.length; path = dirname(path)) {
    try {
      await rmdir(path)
    } catch {
      // A worker has started to use it.
      return
    }
  }
}

function sizeOf(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${Number((bytes / 1_000 ** power).toPrecision(3))} ${units[power]}`
}
