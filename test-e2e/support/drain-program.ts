import { join } from 'node:path'
import { createRindle, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { photoProfiles, storageIn } from './photo-profiles.ts'

// The program of a process that lives for seconds, as a function does: node drain-program.ts <database-url> <directory>
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
process.once('disconnect', () => process.exit(1))
await rindle.start()
process.send?.('working')
// It is killed in the middle of its work: nothing ends it.
for (;;) await rindle.drain({ maxSeconds: 60 })
