import type { SqlExecutor } from '@rindle/prisma'
import { ASSET_STATES, SESSION_STATES, VARIANT_STATES } from '../../domain/states.ts'
import { number, text } from '../../kernel/sql/row-values.ts'
import { countRows } from '../count-rows.ts'
import type { StateCounts } from './report.ts'
import { MOST_COUNTED } from './snapshot-class.ts'

/** More variants, or upload sessions, than any asset has. */
const MOST_OF_ONE_ASSET = 1_000

/** Rows of a table that are counted one by one, which takes half a second; beyond, large numbers are estimates. */
const MOST_ROWS_COUNTED = 5_000_000

/** The condition of the index of variants on demand. */
const ON_DEMAND = 'on_demand'

type Counts = Readonly<Record<string, number>>

/** Counts the rows in each state, within the transaction of the snapshot. */
export async function stateCounts(tx: SqlExecutor, profile: string | null): Promise<StateCounts> {
  return profile === null ? allCounts(tx) : countsOf(tx, profile)
}

async function allCounts(tx: SqlExecutor): Promise<StateCounts> {
  let isEstimated = false
  const count = async (table: string, states: readonly string[], index: IndexedRows = ALL_ROWS): Promise<Counts> => {
    if ((await rowsOf(tx, table)) <= MOST_ROWS_COUNTED) return exactCounts(tx, `rindle.${table}`)
    const counts: Record<string, number> = {}
    for (const state of states) {
      const from = `rindle.${table} where state = $1::text and ${index.condition}`
      const found = await countRows(tx, from, [state, ...index.values])
      if (found.count > 0) counts[state] = found.count
      isEstimated ||= found.isEstimate
    }
    return counts
  }
  return {
    assets: await count('media_assets', ASSET_STATES, await ofEveryProfile(tx)),
    variants: await count('media_variants', VARIANT_STATES),
    onDemand: await exactCounts(tx, `rindle.media_variants where ${ON_DEMAND}`),
    sessions: await count('media_upload_sessions', SESSION_STATES),
    isPartial: false,
    isEstimated,
  }
}

async function countsOf(tx: SqlExecutor, profile: string): Promise<StateCounts> {
  const count = (from: string): Promise<Counts> => exactCounts(tx, from, [profile])
  const assets = await count('(select state from rindle.media_assets where profile = $1::text) as own')
  return {
    assets,
    variants: await count(ofSomeAssets('media_variants')),
    onDemand: await count(ofSomeAssets('media_variants', ON_DEMAND)),
    sessions: await count(ofSomeAssets('media_upload_sessions')),
    isPartial: Object.values(assets).reduce((sum, assetCount) => sum + assetCount, 0) > MOST_COUNTED,
    isEstimated: false,
  }
}

async function exactCounts(tx: SqlExecutor, from: string, values: readonly unknown[] = []): Promise<Counts> {
  const sql = `select state, count(*)::int as count from ${from} group by state`
  const { rows } = await tx.executeSql(sql, [...values])
  return Object.fromEntries(rows.map((row) => [text(row, 'state'), number(row, 'count')]))
}

/** About how many rows a table has, by its latest vacuum or analyze. */
async function rowsOf(tx: SqlExecutor, table: string): Promise<number> {
  const sql = `select reltuples::bigint::text as rows from pg_catalog.pg_class where oid = 'rindle.${table}'::regclass`
  const { rows } = await tx.executeSql(sql)
  return Number(rows[0]?.['rows'])
}

/** A condition that every row meets and that leads to an index of the state. */
interface IndexedRows {
  readonly condition: string
  readonly values: readonly unknown[]
}

const ALL_ROWS: IndexedRows = { condition: 'true', values: [] }

/** The index of the states of assets begins with the profile. Its profiles are found one by one, by the index too. */
async function ofEveryProfile(tx: SqlExecutor): Promise<IndexedRows> {
  const { rows } = await tx.executeSql(
    `with recursive found(profile) as (
       select min(profile) from rindle.media_assets
       union all
       select (select min(profile) from rindle.media_assets where profile > found.profile)
       from found where found.profile is not null
     )
     select profile from found where profile is not null`,
  )
  return { condition: 'profile = any($2::text[])', values: [rows.map((row) => text(row, 'profile'))] }
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
