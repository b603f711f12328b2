import { silentLogger } from '@rindle/core'
import type { RunningJob } from '@rindle/core/adapter'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { openDatabase } from '@rindle/prisma'

/** A message from this program to the test that forked it. */
export interface Began {
  readonly began: {
    readonly id: string
    readonly key: string
    readonly attempt: number
    readonly isLastAttempt: boolean
  }
}

/**
 * A worker process. It reports each job that it begins and ends it when it was told 'go': before that it hangs. On
 * 'stop' it stops its jobs adapter and then has to come to its own end.
 */
const url = process.argv[2] ?? ''
const database = openDatabase(url)
const jobs = pgBossJobs({
  heartbeatSeconds: 10,
  retryDelaySeconds: 0,
  retryDelayMaxSeconds: 0,
  pollingIntervalSeconds: 0.5,
})
jobs.connect({ database, logger: silentLogger })

let go = (): void => {}
const mayEnd = new Promise<void>((resolve) => {
  go = resolve
})

async function hang({ id, payload, attempt, isLastAttempt }: RunningJob): Promise<void> {
  process.send?.({ began: { id, key: payload['key'] as string, attempt, isLastAttempt } } satisfies Began)
  await mayEnd
}

async function hangAtLast(job: RunningJob): Promise<void> {
  if (!job.isLastAttempt) throw new Error('This attempt fails.')
  await hang(job)
}

async function stop(): Promise<void> {
  await jobs.stop()
  await database.close()
  process.disconnect()
}

process.on('message', (message) => {
  if (message === 'go') go()
  if (message === 'stop') void stop()
})

const handleDead = async (): Promise<void> => {}
await jobs.work([
  { queue: 'rindle_promote', concurrency: 1, handle: hang, handleDead },
  { queue: 'rindle_purge', concurrency: 1, handle: hangAtLast, handleDead },
])
