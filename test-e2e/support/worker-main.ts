import { join } from 'node:path'
import { createRindle, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { photoProfiles, storageIn } from './photo-profiles.ts'
import { runWorkerProgram } from './run-worker-program.ts'

// The program of a worker process: node worker-main.ts <database-url> <directory>
const [, , databaseUrl = '', directory = ''] = process.argv
const rindle = createRindle({
  database: databaseUrl,
  storages: { main: storageIn(directory) },
  processors: [imageProcessor()],
  jobs: pgBossJobs({ heartbeatSeconds: 10 }),
  logger: silentLogger,
  workDirectory: join(directory, 'work'),
  profiles: photoProfiles,
})
await runWorkerProgram(rindle, { concurrency: { rindle_process: 1 } })
