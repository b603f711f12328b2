import { join } from 'node:path'
import { createRindle, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { photoProfiles, storageIn } from './photo-profiles.ts'

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
await rindle.start()
await rindle.work({ concurrency: { rindle_process: 1 } })
// Nothing outlives the test that started it, however that ends. On request it ends by itself, or shows that it cannot.
const end = (): void => process.exit(1)
process.once('disconnect', end)
process.once('SIGTERM', () => {
  process.off('disconnect', end)
  void rindle.stop().then(() => process.disconnect())
})
process.send?.('working')
