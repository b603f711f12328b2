import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A file of at most `limitBytes` that collects the bytes of a part as slowly as a client sends them, so that they need
 * no memory meanwhile. It has no name: it goes with its process, however that ends.
 */
export interface Spool {
  readonly byteSize: number
  isFull(): boolean
  /** Writes what there is room for; gives what is left over. */
  fill(bytes: Buffer): Promise<Buffer>
  /** Moves all of its bytes to `memory`, which is as long, and begins anew. */
  drain(memory: Buffer): Promise<void>
  /** Safe to repeat. */
  close(): Promise<void>
}

/** Makes a spool in the system's temporary directory. */
export async function openSpool(limitBytes: number): Promise<Spool> {
  const path = join(tmpdir(), `rindle-spool-${randomBytes(12).toString('hex')}`)
  const handle = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | constants.O_NOFOLLOW, 0o600)
  await unlink(path)
  let byteSize = 0
  return {
    get byteSize() {
      return byteSize
    },
    isFull: () => byteSize === limitBytes,
    async fill(bytes) {
      const taken = bytes.subarray(0, limitBytes - byteSize)
      for (let done = 0; done < taken.byteLength; ) {
        done += (await handle.write(taken, done, taken.byteLength - done, byteSize + done)).bytesWritten
      }
      byteSize += taken.byteLength
      return bytes.subarray(taken.byteLength)
    },
    async drain(memory) {
      for (let done = 0; done < byteSize; ) {
        done += (await handle.read(memory, done, byteSize - done, done)).bytesRead
      }
      byteSize = 0
    },
    close: () => handle.close(),
  }
}
