import type { SqlExecutor } from '@rindle/prisma'
import { json, number } from '../kernel/sql/row-values.ts'
import { FIRST_ID } from './pages.ts'

/** How many rows there are. */
export interface RowCount {
  readonly count: number
  /** Whether that is what the planner of the database thinks. */
  readonly isEstimate: boolean
}

/** So many are counted in some ten milliseconds. */
const MOST_COUNTED = 50_000

/**
 * How many rows a walk is going to meet: counted while they are few, and estimated when they are many, so that nobody waits
 * for a number that is only shown.
 *
 * @param from What stands behind `from` in a statement, conditions included.
 */
export async function countRows(database: SqlExecutor, from: string, values: readonly unknown[]): Promise<RowCount> {
  const { rows } = await database.executeSql(
    `select count(*)::int as count from (select 1 from ${from} limit ${MOST_COUNTED + 1}) as counted`,
    [...values],
  )
  const count = number(rows[0] ?? {}, 'count')
  if (count <= MOST_COUNTED) return { count, isEstimate: false }
  const { rows: plans } = await database.executeSql(`explain (format json) select 1 from ${from}`, [...values])
  const [plan] = json<readonly { readonly Plan: { readonly 'Plan Rows': number } }[]>(plans[0] ?? {}, 'QUERY PLAN')
  return { count: Math.max(count, plan?.Plan['Plan Rows'] ?? 0), isEstimate: true }
}

/** Which assets a walk is going to meet. */
interface AssetScope {
  /** As SQL between parentheses takes them. @default every state */
  readonly states?: string
  readonly profiles: readonly string[]
  readonly storage?: string | undefined
  readonly after?: string | undefined
}

/** {@link countRows} of assets. */
export async function countAssets(
  database: SqlExecutor,
  { states, profiles, storage, after = FIRST_ID }: AssetScope,
): Promise<RowCount> {
  if (profiles.length === 0) return { count: 0, isEstimate: false }
  // A list of values, and not of rows, tells the planner how many there are of each.
  const names = profiles.map((_profile, index) => `$${index + 2}::text`)
  const conditions = [
    `id > $1::uuid and profile in (${names.join(', ')})`,
    ...(states === undefined ? [] : [`state in (${states})`]),
    ...(storage === undefined ? [] : [`storage = $${profiles.length + 2}::text`]),
  ]
  const values = [after, ...profiles, ...(storage === undefined ? [] : [storage])]
  return countRows(database, `rindle.media_assets where ${conditions.join(' and ')}`, values)
}

/** The sum of counts, for a walk over several tables. Pure. */
export function sumOf(counts: readonly RowCount[]): RowCount {
  return {
    count: counts.reduce((sum, { count }) => sum + count, 0),
    isEstimate: counts.some(({ isEstimate }) => isEstimate),
  }
}
