import { randomUUID } from 'node:crypto'
import { fromPgClient } from '@rindle/core'
import pg from 'pg'
import { serveSide } from '../serve-side.ts'
import { measureLatency } from './measure-latency.ts'
import { startJobs } from './rindle-jobs.ts'
import type { JobsRound, JobsSetup } from './setup.ts'

// An application's transaction enqueues a job; a worker of this process is idle until it commits.
serveSide(async (setup) => {
  const { databaseUrl } = setup as JobsSetup
  const { jobs, stop } = await startJobs(databaseUrl)
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  let onStarted: (startedAt: number) => void = () => {}
  await jobs.work([
    {
      queue: 'rindle_promote',
      concurrency: 5,
      handle: async () => onStarted(performance.now()),
      handleDead: async () => {},
    },
  ])

  const commitOne = async () => {
    const started = new Promise<number>((resolve) => {
      onStarted = resolve
    })
    await client.query('begin')
    await jobs.enqueue([{ queue: 'rindle_promote', key: randomUUID(), payload: {} }], fromPgClient(client))
    const committedAt = performance.now()
    await client.query('commit')
    return { committedAt, startedAt: await started }
  }
  return {
    round: (input) => measureLatency((input as JobsRound).count, commitOne),
    stop: async () => {
      await client.end()
      await stop()
    },
  }
})
