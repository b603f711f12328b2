import { join } from 'node:path'
import { createRindle, type Rindle, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { type S3StorageOptions, s3Storage } from '@rindle/storage-s3'
import { storageIn } from '../support/photo-profiles.ts'
import { serveTus } from './serve-tus.ts'
import { tusProfiles } from './tus-profiles.ts'

// The program of a server process: node server-program.ts <database-url> <directory> <options of S3 as JSON>
const [, , databaseUrl = '', directory = '', s3Options = '{}'] = process.argv
const rindle = createRindle({
  database: databaseUrl,
  storages: { main: storageIn(directory), remote: s3Storage(JSON.parse(s3Options) as S3StorageOptions) },
  jobs: pgBossJobs(),
  logger: silentLogger,
  workDirectory: join(directory, 'work'),
  profiles: tusProfiles,
})
await rindle.start()
const { port } = await serveTus(rindle as unknown as Rindle)
process.send?.({ port })
// Nothing outlives the test that started it, however that ends.
process.once('disconnect', () => process.exit())
process.on('message', () => process.send?.({ rssBytes: process.memoryUsage.rss() }))
