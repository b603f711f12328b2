import type { SqlExecutor } from '@rindle/prisma'
import { number, text } from '../../kernel/sql/row-values.ts'
import type { StateCounts } from './report.ts'
import { MOST_COUNTED } from './snapshot-class.ts'

/** More variants, or upload sessions, than any asset has. */
const MOST_OF_ONE_ASSET = 1_000

/** The condition of the index of variants on demand. */
const ON_DEMAND = 'on_demand'

/** Counts the rows in each state, within the transaction of the snapshot. */
export async function stateCounts(tx: SqlExecutor, profile: string | null): Promise<StateCounts> {
  const count = async (from: string): Promise<Readonly<Record<string, number>>> => {
    const sql = `select state, count(*)::int as count from ${from} group by state`
    const { rows } = await tx.executeSql(sql, profile === null ? [] : [profile])
    return Object.fromEntries(rows.map((row) => [text(row, 'state'), number(row, 'count')]))
  }
  if (profile === null) {
    return {
      assets: await count('rindle.media_assets'),
      variants: await count('rindle.media_variants'),
      onDemand: await count(`rindle.media_variants where ${ON_DEMAND}`),
      sessions: await count('rindle.media_upload_sessions'),
      isPartial: false,
    }
  }
  const assets = await count('(select state from rindle.media_assets where profile = $1::text) as own')
  return {
    assets,
    variants: await count(ofSomeAssets('media_variants')),
    onDemand: await count(ofSomeAssets('media_variants', ON_DEMAND)),
    sessions: await count(ofSomeAssets('media_upload_sessions')),
    isPartial: Object.values(assets).reduce((sum, assetCount) => sum + assetCount, 0) > MOST_COUNTED,
  }
}

/**
 * Variants and sessions do not store their profile: those of all its assets would be read one by one. The limit per
 * asset keeps the database from reading the whole table instead.
 */
function ofSomeAssets(table: 'media_variants' | 'media_upload_sessions', condition = 'true'): string {
  return `(select id from rindle.media_assets where profile = $1::text order by state desc limit ${MOST_COUNTED}) as asset
    cross join lateral (
      select state from rindle.${table} where asset_id = asset.id and ${condition} limit ${MOST_OF_ONE_ASSET}) as own`
}
