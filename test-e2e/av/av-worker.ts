import { join } from 'node:path'
import { createRindle, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { avProcessor } from '@rindle/processor-av'
import { imageProcessor } from '@rindle/processor-image'
import { storageIn } from '../support/photo-profiles.ts'
import { runWorkerProgram } from '../support/run-worker-program.ts'
import { avProfiles } from './av-profiles.ts'

// The program of a worker process with both lanes: node av-worker.ts <database-url> <directory>
const [, , databaseUrl = '', directory = ''] = process.argv
const rindle = createRindle({
  database: databaseUrl,
  storages: { main: storageIn(directory) },
  processors: [imageProcessor(), avProcessor({ threads: 1 })],
  jobs: pgBossJobs({ heartbeatSeconds: 10 }),
  logger: silentLogger,
  workDirectory: join(directory, 'work'),
  profiles: avProfiles,
})
await runWorkerProgram(rindle)
