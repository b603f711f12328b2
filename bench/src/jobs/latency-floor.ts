import pg from 'pg'
import { serveSide } from '../serve-side.ts'
import { measureLatency } from './measure-latency.ts'
import type { JobsRound, JobsSetup } from './setup.ts'

const CHANNEL = 'rindle_bench'

// Raw LISTEN: a row and a notification commit together, and a second connection hears of it.
serveSide(async (setup) => {
  const { databaseUrl } = setup as JobsSetup
  const listener = new pg.Client({ connectionString: databaseUrl })
  const client = new pg.Client({ connectionString: databaseUrl })
  await Promise.all([listener.connect(), client.connect()])
  await client.query('create table bench_job (id bigint generated always as identity primary key, payload jsonb)')
  await listener.query(`listen ${CHANNEL}`)
  let onStarted: (startedAt: number) => void = () => {}
  listener.on('notification', () => onStarted(performance.now()))

  const commitOne = async () => {
    const started = new Promise<number>((resolve) => {
      onStarted = resolve
    })
    await client.query('begin')
    await client.query({ name: 'insert', text: 'insert into bench_job (payload) values ($1)', values: ['{}'] })
    await client.query(`select pg_notify('${CHANNEL}', '')`)
    const committedAt = performance.now()
    await client.query('commit')
    return { committedAt, startedAt: await started }
  }
  return {
    round: (input) => measureLatency((input as JobsRound).count, commitOne),
    stop: async () => {
      await Promise.all([listener.end(), client.end()])
    },
  }
})
