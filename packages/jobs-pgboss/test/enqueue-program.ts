import { silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { openDatabase } from '@rindle/prisma'

// A program that enqueues and closes its own resources, but never stops the jobs adapter.
const database = openDatabase(process.argv[2] ?? '')
const jobs = pgBossJobs()
jobs.connect({ database, logger: silentLogger })
await database.transaction((tx) => jobs.enqueue([{ queue: 'rindle_promote', key: 'a', payload: {} }], tx))
await database.close()
