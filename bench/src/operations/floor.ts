import pg from 'pg'
import { serveSide } from '../serve-side.ts'
import type { OperationsRound, OperationsSetup } from './setup.ts'

const TABLES = ['media_assets', 'media_variants', 'media_upload_sessions']
// As many as Rindle takes at once.
const PAGE_SIZE = 500
const FIRST_ID = '00000000-0000-0000-0000-000000000000'

// Bare pg: for a question the counts by state alone, for the verbs a scan of assets and their variants by key.
serveSide(async (setup) => {
  const pool = new pg.Pool({ connectionString: (setup as OperationsSetup).databaseUrl, max: TABLES.length })
  return {
    round: async (input) => {
      const begin = performance.now()
      const { task } = input as OperationsRound
      if (task !== 'status' && task !== 'checkInvariants') return { pageMs: await scan(pool) }
      await Promise.all(TABLES.map((table) => pool.query(`select state, count(*) from rindle.${table} group by state`)))
      return { ms: [performance.now() - begin] }
    },
    stop: () => pool.end(),
  }
})

async function scan(pool: pg.Pool): Promise<readonly number[]> {
  const pageMs: number[] = []
  let after = FIRST_ID
  for (;;) {
    const begin = performance.now()
    const { rows } = await pool.query<{ id: string }>({
      name: 'scan',
      text: `select id, (select json_agg(variant) from rindle.media_variants variant where variant.asset_id = asset.id)
             from rindle.media_assets asset where id > $1 order by id limit ${PAGE_SIZE}`,
      values: [after],
    })
    pageMs.push(performance.now() - begin)
    if (rows.length < PAGE_SIZE) return pageMs
    after = rows.at(-1)?.id ?? after
  }
}
