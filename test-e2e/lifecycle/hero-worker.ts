import { join } from 'node:path'
import { heroInstance } from './hero-profile.ts'

// The program of a worker process: node hero-worker.ts <database-url> <directory>
const [, , databaseUrl = '', directory = ''] = process.argv
const rindle = heroInstance(databaseUrl, directory, { workDirectory: join(directory, `work-${process.pid}`) })
await rindle.start()
await rindle.work({ concurrency: { rindle_process: 1 } })
// Nothing outlives the test that started it, however that ends.
const end = (): void => process.exit(1)
process.once('disconnect', end)
process.once('SIGTERM', () => {
  process.off('disconnect', end)
  void rindle.stop().then(() => process.disconnect())
})
process.send?.('working')
