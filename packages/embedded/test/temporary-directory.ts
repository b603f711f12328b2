import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Makes a directory that every user may enter and that goes when the test is finished. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await makeTemporaryDirectory()
  onTestFinished(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }))
  return directory
}

/** Makes one that stays; where the configuration of the tests has chosen it, it is in memory. */
export async function makeTemporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(`${process.env['RINDLE_TEST_DATA'] ?? join(tmpdir(), 'rindle-')}embedded-`)
  await chmod(directory, 0o755)
  return directory
}
