import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A file system of its own, in memory. */
export interface SmallDisk extends AsyncDisposable {
  /** Leaves no room on it. */
  fill(): Promise<void>
  /** Makes room again. */
  free(): Promise<void>
}

const SIZE_MIB = 16

/** Mounts one on a directory, which is made; gives the reason when this system does not let us. */
export async function mountSmallDisk(directory: string): Promise<SmallDisk | string> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root can mount a file system, on Linux'
  await mkdir(directory, { recursive: true })
  const filler = join(directory, 'filler')
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m,mode=0700`, 'tmpfs', directory])
  } catch (error) {
    return `no file system can be mounted here: ${String(error).trim().split('\n').at(-1)}`
  }
  return {
    async fill() {
      await expectFull(writeFile(filler, new Uint8Array((SIZE_MIB + 1) * 1024 ** 2)))
    },
    free: () => rm(filler, { force: true }),
    [Symbol.asyncDispose]: async () => void (await run('umount', ['-l', directory])),
  }
}

async function expectFull(writing: Promise<void>): Promise<void> {
  try {
    await writing
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return
    throw error
  }
  throw new Error('The disk took more than it has room for.')
}
