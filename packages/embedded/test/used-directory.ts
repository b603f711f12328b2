import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startEmbeddedPostgres } from '@rindle/embedded'
import { afterAll } from 'vitest'
import { makeTemporaryDirectory, temporaryDirectory } from './temporary-directory.ts'

let model: Promise<string> | undefined
afterAll(async () => {
  if (model !== undefined) await rm(await model, { recursive: true, force: true })
})

/** A directory in which a server was started and stopped before: a first start takes a second, and a copy of it none. */
export async function usedDirectory(): Promise<string> {
  model ??= useOne()
  const directory = await temporaryDirectory()
  await promisify(execFile)('cp', ['-a', join(await model, 'postgres'), directory])
  return directory
}

async function useOne(): Promise<string> {
  const directory = await makeTemporaryDirectory()
  const server = await startEmbeddedPostgres({ directory })
  await server.stop()
  return directory
}
