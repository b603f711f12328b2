import { accessSync, constants, readFileSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

/** Linux's file system in memory. */
const MEMORY = '/dev/shm'
// The databases and buckets of one moment need some 500 MB, those of a large run a few times as much.
const ROOM_BYTES = 4 * 1024 ** 3

/**
 * The start of the paths of all that servers of this test run store: in memory if there is plenty, else in the temporary
 * directory. A test database is hundreds of small files that come and go; on a disk, a journaled file system spends more
 * time on them than all queries of a test take. The name begins with that of the temporary directory, so that whoever
 * chose that one recognizes the processes of the run.
 *
 * @param runs - How far the large runs go: those of a night store more than memory should hold.
 */
export function serverData(runs: string | undefined): string {
  const isInMemory = runs !== 'long' && process.availableMemory() >= ROOM_BYTES && hasRoomInMemory()
  return join(isInMemory ? MEMORY : tmpdir(), `${basename(tmpdir())}-rindle-`)
}

function hasRoomInMemory(): boolean {
  try {
    accessSync(MEMORY, constants.W_OK)
    const { bavail, bsize } = statfsSync(MEMORY)
    // Tests also run copies of PostgreSQL beside its data.
    return (
      bavail * bsize >= ROOM_BYTES && !/ \/dev\/shm \S+ \S*\bnoexec\b/.test(readFileSync('/proc/self/mounts', 'utf8'))
    )
  } catch (error) {
    // Only Linux has it, and not every container may write there.
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EROFS') return false
    throw error
  }
}
