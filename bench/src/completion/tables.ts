import type pg from 'pg'

/** Empties the tables that a round has filled, so that each round begins with the same ones. */
export async function cleanTables(pool: pg.Pool): Promise<void> {
  await pool.query('truncate rindle.media_assets, rindle.media_processing_runs, pgboss.job cascade')
}

/** Updates the planner's statistics: otherwise the plans would be those for empty tables. */
export async function analyzeTables(pool: pg.Pool): Promise<void> {
  await pool.query('analyze')
}
