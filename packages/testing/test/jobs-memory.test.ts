import type { SqlExecutor } from '@rindle/core'
import { jobsContract, memoryJobs } from '@rindle/testing'

const noDatabase: SqlExecutor = {
  executeSql: async () => {
    throw new Error('Memory jobs must not touch the database.')
  },
}

jobsContract('memoryJobs', async () => ({
  adapter: memoryJobs(),
  transaction: (work) => work(noDatabase),
  cleanup: async () => {},
}))
