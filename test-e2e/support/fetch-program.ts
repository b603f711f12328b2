import { join } from 'node:path'
import { createRindle, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { documentProfiles } from './document-profiles.ts'
import { storageIn } from './photo-profiles.ts'
import { runWorkerProgram } from './run-worker-program.ts'

// The program of a worker that fetches files of loopback: node fetch-program.ts <database-url> <directory>
const [, , databaseUrl = '', directory = ''] = process.argv
const rindle = createRindle({
  database: databaseUrl,
  storages: { main: storageIn(directory) },
  jobs: pgBossJobs({ heartbeatSeconds: 10 }),
  logger: silentLogger,
  workDirectory: join(directory, 'work'),
  profiles: documentProfiles,
  fetch: { allowHttp: true, allowPrivate: true },
})
await runWorkerProgram(rindle)
