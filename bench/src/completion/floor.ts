import pg from 'pg'
import type { Figures } from '../alternate.ts'
import { cpuMeter } from '../cpu-meter.ts'
import { serveSide } from '../serve-side.ts'
import { withNewIds } from './replay.ts'
import { CONNECTIONS, type CompletionRound, type FloorSetup, type RecordedStatement, type Recording } from './setup.ts'
import { analyzeTables, cleanTables } from './tables.ts'

// The statements that Rindle sends, through bare pg: prepared, on as many connections, and without anything around
// them.
serveSide(async (setup) => {
  const { databaseUrl, recordings } = setup as FloorSetup
  const pool = new pg.Pool({ connectionString: databaseUrl, max: CONNECTIONS })
  const names = new Map<string, string>()
  return {
    round: async (input) => {
      const { path, count } = input as CompletionRound
      const recording = recordings[path]
      const units = Array.from({ length: count / recording.transactions.length }, () => withNewIds(recording))
      await insertRows(pool, units)
      await analyzeTables(pool)
      const figures = await replayAll({ pool, names }, units, count)
      await cleanTables(pool)
      return figures
    },
    stop: () => pool.end(),
  }
})

async function insertRows(pool: pg.Pool, units: readonly Recording[]): Promise<void> {
  for (const table of Object.keys(units[0]?.rows ?? {})) {
    const rows = units.flatMap((unit) => unit.rows[table] ?? [])
    await pool.query(`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`, [
      `[${rows.join(',')}]`,
    ])
  }
}

/** Connections, with the names of their prepared statements. */
interface Prepared {
  readonly pool: pg.Pool
  readonly names: Map<string, string>
}

async function replayAll({ pool, names }: Prepared, units: readonly Recording[], count: number): Promise<Figures> {
  const queue = units.values()
  const work = async (client: pg.PoolClient): Promise<void> => {
    for (const { transactions } of queue) {
      for (const statements of transactions) await replay(client, statements, names)
    }
  }
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()))
  try {
    const cpu = cpuMeter()
    const begin = performance.now()
    await Promise.all(clients.map(work))
    const seconds = (performance.now() - begin) / 1000
    return { perSecond: [count / seconds], cpuMs: [cpu() / count] }
  } finally {
    for (const client of clients) client.release()
  }
}

async function replay(
  client: pg.PoolClient,
  statements: readonly RecordedStatement[],
  names: Map<string, string>,
): Promise<void> {
  for (const { text, values } of statements) {
    if (values.length === 0) {
      await client.query(text)
      continue
    }
    const name = names.get(text) ?? `statement_${names.size}`
    names.set(text, name)
    await client.query({ name, text, values: [...values] })
  }
}
