import { open } from 'node:fs/promises'
import { sharedRuns } from './shared-runs.ts'

/** Waits until the entries that a directory has now are on the disk. Many small files need few syncs of theirs. */
export const syncDirectory: (path: string) => Promise<void> = sharedRuns(async (path) => {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
})
