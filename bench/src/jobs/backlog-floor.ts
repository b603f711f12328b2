import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { serveSide } from '../serve-side.ts'
import { drainMeter } from './drain-meter.ts'
import { BACKLOG_SLOTS, type JobsRound, type JobsSetup } from './setup.ts'

const QUEUE = 'bench'

// pg-boss alone: one worker for each slot, each told to look for the next job as soon as it has finished one.
serveSide(async (setup) => {
  const { databaseUrl } = setup as JobsSetup
  const boss = new PgBoss({
    connectionString: databaseUrl,
    max: BACKLOG_SLOTS,
    useListenNotify: true,
    supervise: false,
    schedule: false,
  })
  boss.on('error', (error) => console.error(error))
  await boss.start()
  await boss.createQueue(QUEUE, { notify: true })
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  return {
    round: async (input) => {
      const { count } = input as JobsRound
      await boss.insert(
        QUEUE,
        Array.from({ length: count }, (_, number) => ({ data: { number } })),
      )
      await pool.query('analyze pgboss.job')
      const meter = drainMeter(count)
      for (let slot = 0; slot < BACKLOG_SLOTS; slot += 1) {
        const workerId: string = await boss.work(QUEUE, { pollingIntervalSeconds: 0.5 }, async () => {
          meter.done()
          boss.notifyWorker(workerId)
        })
      }
      const figures = await meter.drained
      await boss.offWork(QUEUE)
      await boss.deleteAllJobs(QUEUE)
      return figures
    },
    stop: async () => {
      await pool.end()
      await boss.stop({ graceful: false })
    },
  }
})
