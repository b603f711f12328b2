import { randomUUID } from 'node:crypto'
import { access, constants, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

/** Linux's file system in memory. */
const MEMORY = '/dev/shm'
// The databases of one moment need some 300 MB, a large run a few times as much.
const ROOM_BYTES = 4 * 1024 ** 3

/**
 * Names a new directory for data that ends with this test run: in memory if there is plenty, else in the temporary
 * directory. Test databases are thousands of small files that come and go; on a disk, a journaled file system spends
 * more time on each new file than all queries of a test take. The name begins with that of the temporary directory, so
 * that whoever chose that one recognizes the processes of the run.
 */
export async function scratchDirectory(): Promise<string> {
  const name = `${basename(tmpdir())}-rindle-test-${randomUUID()}`
  return join((await hasRoomInMemory()) ? MEMORY : tmpdir(), name)
}

async function hasRoomInMemory(): Promise<boolean> {
  if (process.availableMemory() < ROOM_BYTES) return false
  try {
    await access(MEMORY, constants.W_OK)
    const { bavail, bsize } = await statfs(MEMORY)
    return bavail * bsize >= ROOM_BYTES
  } catch (error) {
    // Only Linux has it, and not every container may write there.
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EROFS') return false
    throw error
  }
}
