import type { SqlExecutor } from '@rindle/core'
import { fillAssets } from '@rindle/test-database'
import { byRunLength } from '../support/run-length.ts'
import { declared } from './scale-profile.ts'

/** How many assets the scale tests work on; three variants each. */
export const ASSETS: number = byRunLength('maintenance of a great many assets', {
  sample: 0,
  short: 100_000,
  long: 1_000_000,
})

/** One in this many assets has a variant of another recipe, an expired session and an overdue upload. */
export const ONE_IN = 100

/** Fills a database with ready assets, their variants, sessions, attachments and runs, by SQL alone. */
export function fillDatabase(database: SqlExecutor): Promise<void> {
  return fillAssets(database, { assets: ASSETS, oneIn: ONE_IN, variants: declared, undelivered: ASSETS })
}
