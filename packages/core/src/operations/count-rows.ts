import type { SqlExecutor } from '@rindle/prisma'
import { ofTenant, type TenantOption, tenantParameter } from '../kernel/sql/of-tenant.ts'
import { json, number } from '../kernel/sql/row-values.ts'
import { FIRST_ID } from './pages.ts'

/** A number of rows. */
export interface RowCount {
  readonly count: number
  /** Whether the count is the estimate of the database's planner. */
  readonly isEstimate: boolean
}

/** The database counts this many in some ten milliseconds. */
const MOST_COUNTED = 50_000

/**
 * Returns the number of rows that a walk will meet: counted when they are few, estimated when they are many, so that
 * nobody waits for a number that is only displayed.
 *
 * @param from the text after `from` in a statement, conditions included
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

/** The assets that a walk will meet. */
interface AssetScope extends TenantOption {
  /** SQL for use between parentheses. @default every state */
  readonly states?: string
  readonly profiles: readonly string[]
  readonly storage?: string | undefined
  readonly after?: string | undefined
  /** Only assets without a ThumbHash. @default false */
  readonly withoutPlaceholder?: boolean
}

/** {@link countRows} of assets. */
export async function countAssets(
  database: SqlExecutor,
  { states, profiles, storage, after = FIRST_ID, tenant, withoutPlaceholder = false }: AssetScope,
): Promise<RowCount> {
  if (profiles.length === 0) return { count: 0, isEstimate: false }
  // A list of values, not of rows, tells the planner the frequency of each.
  const names = profiles.map((_profile, index) => `$${index + 2}::text`)
  const conditions = [
    `id > $1::uuid and profile in (${names.join(', ')})`,
    ...(states === undefined ? [] : [`state in (${states})`]),
    ...(withoutPlaceholder ? ['thumb_hash is null'] : []),
    ...(storage === undefined ? [] : [`storage = $${profiles.length + 2}::text`]),
    ...(tenant === undefined ? [] : [ofTenant('tenant', `$${profiles.length + (storage === undefined ? 2 : 3)}`)]),
  ]
  const ofStorage = storage === undefined ? [] : [storage]
  const values = [after, ...profiles, ...ofStorage, ...(tenant === undefined ? [] : [tenantParameter(tenant)])]
  return countRows(database, `rindle.media_assets where ${conditions.join(' and ')}`, values)
}

/** The sum of counts, for a walk over several tables. Pure. */
export function sumOf(counts: readonly RowCount[]): RowCount {
  return {
    count: counts.reduce((sum, { count }) => sum + count, 0),
    isEstimate: counts.some(({ isEstimate }) => isEstimate),
  }
}

/** About how many objects the rows name: those of one storage, or of all. */
export async function countNamedObjects(database: SqlExecutor, storage?: string): Promise<RowCount> {
  const values = storage === undefined ? [] : [storage]
  const assets = storage === undefined ? '' : ' where storage = $1::text'
  const ofAssets = storage === undefined ? '' : ` and asset_id in (select id from rindle.media_assets${assets})`
  const counts = [
    await countRows(database, `rindle.media_assets${assets}`, values),
    await countRows(database, `rindle.media_variants where storage_key is not null${ofAssets}`, values),
    await countRows(database, `rindle.media_tracks where true${ofAssets}`, values),
  ]
  return { ...sumOf(counts), isEstimate: true }
}
