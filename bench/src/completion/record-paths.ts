import type pg from 'pg'
import { type Application, ONE_PIXEL, startApplication } from './application.ts'
import { Recorder } from './recorder.ts'
import type { Recording, Recordings, RindleSetup } from './setup.ts'
import { cleanTables } from './tables.ts'

/** Lets Rindle do each transition once, and returns the statements that it sent. */
export async function recordPaths(setup: RindleSetup): Promise<Recordings> {
  const recorders: Recorder[] = []
  const application = await startApplication(setup, (pool) => recorders.push(new Recorder(pool)))
  const recorder = recorders[0] as Recorder
  try {
    const register = await recordRegister(application, recorder)
    const attach = await recordAttach(application, recorder)
    const commit = await recordCommits(application, recorder)
    return { register, attach, 'variant-commit': commit }
  } finally {
    await application.stop()
  }
}

async function recordRegister({ rindle, pool }: Application, recorder: Recorder): Promise<Recording> {
  const received = await rindle.receive('photo', ONE_PIXEL)
  recorder.take()
  await rindle.register(received)
  const transactions = recorder.take()
  await cleanTables(pool)
  return { rows: {}, transactions }
}

async function recordAttach({ rindle, pool }: Application, recorder: Recorder): Promise<Recording> {
  const asset = await rindle.upload('photo', ONE_PIXEL)
  const rows = await rowsOf(pool, ['rindle.media_assets'])
  recorder.take()
  // The replay replaces the owner's id.
  await rindle.attach(asset, { type: 'user', id: crypto.randomUUID() }, 'avatar')
  const transactions = recorder.take()
  await cleanTables(pool)
  return { rows, transactions }
}

async function recordCommits({ rindle, pool, holdAll }: Application, recorder: Recorder): Promise<Recording> {
  let rows: Recording['rows'] = {}
  const reported = holdAll(1, {
    onHeld: async () => {
      rows = await rowsOf(pool, ['rindle.media_assets', 'rindle.media_variants', 'rindle.media_processing_runs'])
      recorder.take()
    },
    whileReporting: async (report) => {
      await report()
      return recorder.take()
    },
  })
  await rindle.upload('photo', ONE_PIXEL)
  const workers = await rindle.work()
  const transactions = await reported
  await workers.stop()
  await cleanTables(pool)
  return { rows, transactions }
}

async function rowsOf(pool: pg.Pool, tables: readonly string[]): Promise<Recording['rows']> {
  const rows: Record<string, readonly string[]> = {}
  for (const table of tables) {
    const found = await pool.query<{ row: string }>(`select to_jsonb(t)::text as row from ${table} as t`)
    rows[table] = found.rows.map(({ row }) => row)
  }
  return rows
}
