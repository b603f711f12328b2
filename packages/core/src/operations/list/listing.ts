import type { SqlExecutor } from '@rindle/prisma'
import { validate } from 'uuid'
import type { Owner } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import type { TenantOption } from '../../kernel/sql/of-tenant.ts'
import { type Row, text, textOrNull } from '../../kernel/sql/row-values.ts'

/** The filters and the cursor of every list. */
export interface ListingOptions<S extends string, P extends string> extends TenantOption {
  /** Only rows in this state, or in one of these. @default all */
  readonly state?: S | readonly S[]
  /** Only of this profile; also one that is no longer configured, as long as it has assets. @default all */
  readonly profile?: P
  /** Only assets that this owner holds, at any slot. @default all */
  readonly owner?: Owner
  /** Only rows with this reason, or with it as a part: "unknown_profile" of "promotion_failed:unknown_profile". @default all */
  readonly error?: string
  /** Only rows that have changed since. @default all */
  readonly since?: Date
  /** Continues after a page: its `next`. @default at the latest change */
  readonly after?: string
  /** Rows of a page, from 1 to 1,000. @default 50 */
  readonly limit?: number
}

/** A page of rows, not yet converted to entities. */
export interface RowPage {
  readonly rows: readonly Row[]
  readonly next: string | null
}

/** The rows to list. */
export interface Listing<S extends string> extends ListingOptions<S, string> {
  readonly table: 'media_assets' | 'media_variants'
  /** The column that holds the asset's id. */
  readonly assetId: 'id' | 'asset_id'
  /** All states of the table. */
  readonly states: readonly S[]
  /** Conditions that an index serves. */
  readonly indexed?: (bind: Bind) => readonly string[]
  /** Conditions on the rows of `listed` that no index serves: for them a bounded number of rows is examined. */
  readonly filters?: (bind: Bind) => readonly string[]
}

/** Makes a value a parameter of the statement, and returns its placeholder. */
export type Bind = (value: string, type: string) => string

const DEFAULT_LIMIT = 50
const MOST_ROWS = 1_000
/** Rows that one page examines: some tens of milliseconds. */
const MOST_EXAMINED = 5_000
const CURSOR = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?\+00)_([0-9a-f-]{36})$/

/** The cursor of a page that ends with this row: in UTC and with every microsecond, in any time zone of the session. */
const CURSOR_OF = `to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00_' || id`
const ORDER = 'order by updated_at desc, id desc'

/**
 * Reads one page, the latest change first. Each state is one range of an index: only a single state, as a literal, lets
 * the database use the small indexes of the states that need care.
 */
export async function readPage<S extends string>(database: SqlExecutor, listing: Listing<S>): Promise<RowPage> {
  const limit = limitOf(listing.limit)
  const states = statesOf(listing)
  const values: string[] = []
  const bind: Bind = (value, type) => {
    values.push(value)
    return `$${values.length}::${type}`
  }
  const indexed = [...indexedConditions(listing, bind), ...(listing.indexed?.(bind) ?? [])]
  const filters = [...errorFilter(listing, bind), ...(listing.filters?.(bind) ?? [])]
  const examined = filters.length === 0 ? limit + 1 : MOST_EXAMINED
  const range = (columns: string): string => {
    const ranges = (states ?? [null]).map((state) => {
      const where = [...(state === null ? [] : [`state = '${state}'`]), ...indexed]
      return `(select ${columns} from rindle.${listing.table} as listed
        ${where.length === 0 ? '' : `where ${where.join(' and ')}`} ${ORDER} limit ${examined})`
    })
    return `(select * from (${ranges.join(' union all ')}) as candidate ${ORDER} limit ${examined})`
  }
  const page = `select *, ${CURSOR_OF} as cursor from ${range('*')} as listed
    ${filters.length === 0 ? '' : `where ${filters.join(' and ')}`} ${ORDER} limit ${limit + 1}`
  // Only for a short page the statement checks whether it was cut off: whether as many rows exist as were examined.
  const { rows } = await database.executeSql(
    `with page as materialized (${page})
     select page.*, case when (select count(*) from page) <= ${limit} then (
       select ${CURSOR_OF} from ${range('updated_at, id')} as examined ${ORDER} offset ${examined - 1} limit 1) end as cut_at
     from (select 1) as once left join page on true ${ORDER}`,
    values,
  )
  const found = rows.filter((row) => row['id'] !== null)
  const last = found.length > limit ? found[limit - 1] : undefined
  return { rows: found.slice(0, limit), next: last === undefined ? cutAt(rows[0]) : text(last, 'cursor') }
}

function cutAt(row: Row | undefined): string | null {
  return row === undefined ? null : textOrNull(row, 'cut_at')
}

function indexedConditions<S extends string>(listing: Listing<S>, bind: Bind): readonly string[] {
  const { owner, error, since, after, assetId } = listing
  const conditions: string[] = []
  if (after !== undefined) {
    const { at, id } = cursorOf(after)
    conditions.push(`(updated_at, id) < (${bind(at, 'timestamptz')}, ${bind(id, 'uuid')})`)
  }
  if (since !== undefined) conditions.push(`updated_at >= ${bind(timeText('since', since), 'timestamptz')}`)
  if (error !== undefined) conditions.push('error_reason is not null')
  if (owner !== undefined) {
    conditions.push(`${assetId} in (select asset_id from rindle.media_attachments
      where owner_type = ${bind(owner.type, 'text')} and owner_id = ${bind(String(owner.id), 'text')})`)
  }
  return conditions
}

function errorFilter<S extends string>({ error }: Listing<S>, bind: Bind): readonly string[] {
  if (error === undefined) return []
  const reason = bind(error, 'text')
  return [`(error_reason = ${reason} or ${reason} = any (string_to_array(error_reason, ':')))`]
}

function limitOf(limit = DEFAULT_LIMIT): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_ROWS) return limit
  throw new RindleError('invalid_input', `limit must be a whole number from 1 to ${MOST_ROWS}.`)
}

/** `null`: any state. */
function statesOf<S extends string>({ state, states }: Listing<S>): readonly S[] | null {
  if (state === undefined) return null
  const wanted: readonly S[] = typeof state === 'string' ? [state] : state
  const unknown = wanted.find((name) => !states.includes(name))
  if (unknown === undefined && wanted.length > 0) return [...new Set(wanted)]
  const what = unknown === undefined ? 'No state is named.' : `There is no state "${unknown}".`
  throw new RindleError('invalid_input', `${what} The states are: ${states.join(', ')}.`)
}

function cursorOf(after: string): { readonly at: string; readonly id: string } {
  const [, at = '', id = ''] = CURSOR.exec(after) ?? []
  const seconds = at.slice(0, 19).replace(' ', 'T')
  const time = new Date(`${seconds}Z`)
  // JavaScript reads a 31st of February as the 3rd of March; the database does not.
  const isTime = !Number.isNaN(time.getTime()) && time.toISOString().startsWith(seconds)
  if (isTime && validate(id)) return { at, id }
  throw new RindleError('invalid_input', '`after` must be the `next` of another page.')
}

/** A time as the database reads it. `invalid_input`, which names the option. */
export function timeText(option: string, time: Date): string {
  if (!Number.isNaN(time.getTime())) return time.toISOString()
  throw new RindleError('invalid_input', `\`${option}\` must be a valid date.`)
}
