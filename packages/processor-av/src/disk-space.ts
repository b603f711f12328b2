import { statfs } from 'node:fs/promises'
import { RindleError } from '@rindle/core'
import { counted } from '@rindle/core/adapter'

/** Throws `insufficient_disk` when fewer than `bytes` are free on the disk of `directory`. */
export async function assertDiskSpace(directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory)
  const freeBytes = bavail * bsize
  if (freeBytes >= bytes) return
  throw new RindleError(
    'insufficient_disk',
    `The work directory has ${counted(freeBytes, 'byte')} free, and the output may need ${bytes}. Free space there.`,
    { details: { freeBytes, neededBytes: bytes } },
  )
}
