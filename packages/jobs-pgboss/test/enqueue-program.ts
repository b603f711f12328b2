import { silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { openDatabase } from '@rindle/prisma'

// A program that enqueues and closes nothing. It fails if a connection, or the wait for its end, keeps it alive.
const database = openDatabase(process.argv[2] ?? '')
const jobs = pgBossJobs()
jobs.connect({ database, logger: silentLogger })
await database.transaction((tx) => jobs.enqueue([{ queue: 'rindle_promote', key: 'a', payload: {} }], tx))
const alive = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap' || name === 'Timeout')
if (alive.length > 0) throw new Error(`The process is kept alive by ${alive.join(', ')}.`)
