import { closeSync, constants, createReadStream, fstatSync, open, read, readlinkSync, readSync } from 'node:fs'
import { promisify } from 'node:util'
import { RindleError } from '@rindle/core'
import { BoundedMap, type OpenFile } from '@rindle/core/adapter'
import { hasErrno } from './errno.ts'
import { CHUNK_BYTES } from './get-object.ts'
import type { StorageRoot } from './storage-root.ts'
import { describeFile, isStill } from './stored-file.ts'

// Without FileHandle, and with what the kernel knows about an open file asked at once: each further trip through the
// thread pool takes as long as serving a small file.
const openDescriptor = promisify(open)
const readDescriptor = promisify(read)

// O_NONBLOCK: a FIFO in the place of an object must not hold a thread until somebody writes to it.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

// A part that was read a moment ago is in the memory of the kernel: copying it takes a few microseconds, and a trip through
// the thread pool thirty. Should it have left that memory already, this process waits for one read of the disk.
const LATELY_MS = 1_000
const MOST_PARTS = 1_000

/** The parts of files that were read, and when. */
const readAtMs = new BoundedMap<string, number>(MOST_PARTS)

/** Opens an object for several looks and one read; see `StorageAdapter.openFile`. Follows no link: `storage_denied`. */
export async function openFile(root: StorageRoot, key: string): Promise<OpenFile | undefined> {
  for (;;) {
    const file = await root.lookUp(() => openOnce(root, key))
    if (file !== 'replaced') return file
  }
}

async function openOnce(root: StorageRoot, key: string): Promise<OpenFile | 'replaced' | undefined> {
  const path = await root.expectedPath(key)
  const descriptor = await descriptorAt(path)
  if (descriptor === undefined) {
    // What is missing behind a link is refused, not missing.
    await root.locate(key)
    return undefined
  }
  try {
    const isThere = isAt(descriptor, path)
    // As for every other call: refuses a directory that is a link.
    if (!isThere) await root.locate(key)
    const stats = fstatSync(descriptor, { bigint: true })
    if (!stats.isFile()) {
      closeSync(descriptor)
      return undefined
    }
    const checksumSha256 = await root.checksums.read(path, stats)
    if ((isThere && checksumSha256 !== undefined) || (await isStill(path, stats))) {
      return opened(key, path, descriptor, describeFile(key, stats, checksumSha256))
    }
    closeSync(descriptor)
    return 'replaced'
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

async function descriptorAt(path: string): Promise<number | undefined> {
  try {
    return await openDescriptor(path, FLAGS)
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

/**
 * Whether an open file is at this path for certain. Linux knows: to ask about the open file, and not about its path,
 * leaves no moment in which a directory could become a link.
 */
function isAt(descriptor: number, path: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`) === path
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return false
    throw error
  }
}

function opened(key: string, path: string, descriptor: number, stored: OpenFile['stored']): OpenFile {
  let isOpen = true
  return {
    stored,
    async read(start, byteSize) {
      const part = `${start} ${byteSize} ${path}`
      const isInMemory = wasReadLately(part)
      const bytes = Buffer.allocUnsafe(byteSize)
      for (let filled = 0; filled < byteSize; ) {
        const next = [descriptor, bytes, filled, byteSize - filled, start + filled] as const
        const bytesRead = isInMemory ? readSync(...next) : (await readDescriptor(...next)).bytesRead
        if (bytesRead === 0) throw endedEarly(key)
        filled += bytesRead
      }
      readAtMs.set(part, performance.now())
      return bytes
    },
    stream(start, end) {
      isOpen = false
      return createReadStream('', { fd: descriptor, start, end, highWaterMark: CHUNK_BYTES })
    },
    close() {
      if (isOpen) closeSync(descriptor)
      isOpen = false
    },
  }
}

function wasReadLately(part: string): boolean {
  const atMs = readAtMs.get(part)
  return atMs !== undefined && performance.now() - atMs < LATELY_MS
}

function endedEarly(key: string): RindleError {
  const message = `Local storage: the file of "${key}" became shorter while it was read.`
  return new RindleError('storage_unavailable', message, { details: { key } })
}
