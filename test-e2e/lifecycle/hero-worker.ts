import { join } from 'node:path'
import { runWorkerProgram } from '../support/run-worker-program.ts'
import { heroInstance } from './hero-profile.ts'

// The program of a worker process: node hero-worker.ts <database-url> <directory>
const [, , databaseUrl = '', directory = ''] = process.argv
const rindle = heroInstance(databaseUrl, directory, { workDirectory: join(directory, `work-${process.pid}`) })
await runWorkerProgram(rindle, { concurrency: { rindle_process: 1 } })
