import type pg from 'pg'

/** Empties what a round has filled, so that each begins with the same tables. */
export async function cleanTables(pool: pg.Pool): Promise<void> {
  await pool.query('truncate rindle.media_assets, rindle.media_processing_runs, pgboss.job cascade')
}

/** Tells the planner what a round begins with: without it the plans would be those for empty tables. */
export async function analyzeTables(pool: pg.Pool): Promise<void> {
  await pool.query('analyze')
}
