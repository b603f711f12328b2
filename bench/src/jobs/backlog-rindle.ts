import { randomUUID } from 'node:crypto'
import { fromPgClient } from '@rindle/core'
import type { JobRequest } from '@rindle/core/adapter'
import pg from 'pg'
import { serveSide } from '../serve-side.ts'
import { drainMeter } from './drain-meter.ts'
import { startJobs } from './rindle-jobs.ts'
import { BACKLOG_SLOTS, type JobsRound, type JobsSetup } from './setup.ts'

// Jobs in one statement.
const BATCH = 10_000

// Rindle's jobs adapter at its defaults, with as many slots.
serveSide(async (setup) => {
  const { databaseUrl } = setup as JobsSetup
  const { jobs, stop } = await startJobs(databaseUrl)
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  return {
    round: async (input) => {
      const { count } = input as JobsRound
      for (let from = 0; from < count; from += BATCH) {
        const requests = Array.from(
          { length: Math.min(BATCH, count - from) },
          (_, number): JobRequest => ({
            queue: 'rindle_promote',
            key: randomUUID(),
            payload: { number: from + number },
          }),
        )
        await jobs.enqueue(requests, fromPgClient(pool))
      }
      await pool.query('analyze pgboss.job')
      const meter = drainMeter(count)
      const workers = await jobs.work([
        {
          queue: 'rindle_promote',
          concurrency: BACKLOG_SLOTS,
          handle: async () => meter.done(),
          handleDead: async () => {},
        },
      ])
      const figures = await meter.drained
      await workers.stop()
      return figures
    },
    stop: async () => {
      await pool.end()
      await stop()
    },
  }
})
