import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase } from '@rindle/test-database'
import { useS3Server } from '@rindle/test-s3'
import { makeRecording } from '../av/make-clip.ts'
import type { CrashPlace } from './crash-instance.ts'

/** A place for processes to die in: a database, a directory with the recording, and a bucket. */
export async function startCrashPlace(): Promise<CrashPlace & AsyncDisposable> {
  const database = await createTestDatabase()
  const server = await useS3Server()
  const directory = await mkdtemp(join(tmpdir(), 'rindle-crash-'))
  await makeRecording(directory, 1)
  const { endpoint, region, accessKeyId, secretAccessKey } = server
  return {
    databaseUrl: database.url,
    directory,
    bucket: { endpoint, region, accessKeyId, secretAccessKey, name: await server.createBucket() },
    async [Symbol.asyncDispose]() {
      await database.drop()
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
