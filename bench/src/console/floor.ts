import pg from 'pg'
import { serveSide } from '../serve-side.ts'
import type { ConsoleSetup } from './setup.ts'

// As many as a page of the console shows.
const ROWS = 48

// Bare pg: the assets that changed last, by their index. Whatever page is measured, its floor is this.
serveSide(async (setup) => {
  const pool = new pg.Pool({ connectionString: (setup as ConsoleSetup).databaseUrl, max: 1 })
  return {
    round: async () => {
      const begin = performance.now()
      await pool.query(`select * from rindle.media_assets order by updated_at desc, id desc limit ${ROWS}`)
      return { ms: [performance.now() - begin] }
    },
    stop: () => pool.end(),
  }
})
