import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mapError } from './map-error.ts'

/**
 * A file of at most `limitBytes` that collects the bytes of a part as slowly as a client sends them, so that they take
 * no memory meanwhile. It is unlinked, so it goes with its process, however that ends.
 */
export interface Spool {
  readonly byteSize: number
  isFull(): boolean
  /** Writes as many bytes as fit; returns the rest. */
  fill(bytes: Buffer): Promise<Buffer>
  /** Moves all of its bytes to `memory`, which has the same length, and starts over. */
  drain(memory: Buffer): Promise<void>
  /** Safe to repeat. */
  close(): Promise<void>
}

/** Makes a spool in the system's temporary directory. A full disk is `insufficient_disk`. */
export async function openSpool(limitBytes: number): Promise<Spool> {
  const handle = await mapped(openNameless)
  let byteSize = 0
  return {
    get byteSize() {
      return byteSize
    },
    isFull: () => byteSize === limitBytes,
    async fill(bytes) {
      const taken = bytes.subarray(0, limitBytes - byteSize)
      await mapped(() => writeAll(handle, taken, byteSize))
      byteSize += taken.byteLength
      return bytes.subarray(taken.byteLength)
    },
    async drain(memory) {
      await mapped(() => readAll(handle, memory))
      byteSize = 0
    },
    close: () => handle.close(),
  }
}

async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `rindle-spool-${randomBytes(12).toString('hex')}`)
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | constants.O_NOFOLLOW
  const handle = await open(path, flags, 0o600)
  await unlink(path)
  return handle
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    done += (await handle.write(bytes, done, bytes.byteLength - done, position + done)).bytesWritten
  }
}

async function readAll(handle: FileHandle, memory: Buffer): Promise<void> {
  for (let done = 0; done < memory.byteLength; ) {
    const { bytesRead } = await handle.read(memory, done, memory.byteLength - done, done)
    if (bytesRead === 0) throw new Error('The spool is shorter than the bytes written to it.')
    done += bytesRead
  }
}

async function mapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw mapError(error, { operation: 'resumable.append' })
  }
}
