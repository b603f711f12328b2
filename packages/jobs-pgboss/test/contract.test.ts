import { silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { openDatabase } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { jobsContract } from '@rindle/testing'
import { afterAll, beforeAll } from 'vitest'

let testDatabase: TestDatabase

beforeAll(async () => {
  testDatabase = await createTestDatabase()
})

afterAll(() => testDatabase.drop())

jobsContract('pgBossJobs', async () => {
  const database = openDatabase(testDatabase.url)
  const adapter = pgBossJobs({ retryDelaySeconds: 0, retryDelayMaxSeconds: 0, pollingIntervalSeconds: 0.5 })
  adapter.connect({ database, logger: silentLogger })
  return {
    adapter,
    transaction: (work) => database.transaction(work),
    cleanup: async () => {
      await database.executeSql('delete from pgboss.job; delete from pgboss.schedule')
      await database.close()
    },
  }
})
