import { RindleError } from '../domain/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { number, numberOrNull, type Row, text, time } from '../kernel/sql/row-values.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import { errorFields } from '../ports/logger.ts'
import { countRows, type RowCount } from './count-rows.ts'
import { PAGE_SIZE, pages } from './pages.ts'
import { runOperation } from './run-operation.ts'
import { type WalkOptions, walk } from './walk.ts'

/** How much an account holds, with the limits that its last upload was given. */
export interface QuotaAccount {
  /** Its name: "actor:42", "acme/actor:42", "owner:team:7", "tenant:acme", or the application's own. */
  readonly account: string
  /** Bytes of its originals, and what its uploads in flight have reserved. */
  readonly bytes: number
  readonly assets: number
  /** `null`: no limit. */
  readonly maxBytes: number | null
  readonly maxAssets: number | null
  readonly updatedAt: Date
}

/** Options of {@link listQuotas}. */
export interface ListQuotasOptions {
  /** Only this account. @default all */
  readonly account?: string
  /** Continues after a page: its `next`. @default at the first */
  readonly after?: string
  /** Rows of a page, from 1 to 1,000. @default 50 */
  readonly limit?: number
}

/** A page of accounts, in the order of their names. */
export interface QuotaPage {
  readonly accounts: readonly QuotaAccount[]
  /** The `after` of the next page; `null`: this is the last. */
  readonly next: string | null
}

/** An account whose numbers differ from its rows. */
export interface QuotaDrift {
  readonly account: string
  readonly bytes: number
  readonly assets: number
  /** The sums of its rows. */
  readonly countedBytes: number
  readonly countedAssets: number
}

/** Options of {@link recountQuotas}. */
export interface RecountQuotasOptions extends WalkOptions {
  /** Writes what was counted; otherwise it only compares. @default false */
  readonly live?: boolean
  /** Only this account. @default all */
  readonly account?: string
  /** Called for every account whose numbers differ. */
  readonly onDrift?: (drift: QuotaDrift) => void
}

/** The results of {@link recountQuotas}, or its findings. */
export interface RecountQuotasReport {
  readonly accounts: number
  /** Accounts whose numbers differed from their rows. */
  readonly drifted: number
  readonly repaired: number
  readonly errors: number
  readonly dryRun: boolean
  readonly interrupted: boolean
}

const DEFAULT_LIMIT = 50
const MOST_ROWS = 1_000

/** Lists the accounts of quotas with their use and their limits, in pages. Changes nothing. `invalid_input`. */
export async function listQuotas(runtime: Runtime, options: ListQuotasOptions = {}): Promise<QuotaPage> {
  const { account, after = '', limit = DEFAULT_LIMIT } = options
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ROWS) {
    throw new RindleError('invalid_input', `limit must be a whole number from 1 to ${MOST_ROWS}.`)
  }
  const { rows } = await runtime.database.executeSql(
    `select * from rindle.media_quotas where account > $1::text and ($2::text is null or account = $2::text)
     order by account limit $3::int`,
    [after, account ?? null, limit + 1],
  )
  const accounts = rows.slice(0, limit).map(accountFromRow)
  return { accounts, next: rows.length > limit ? (accounts.at(-1)?.account ?? null) : null }
}

/**
 * Counts what each account holds again, from the rows of its assets, and compares. With `live` it writes what it counted:
 * after assets were changed by hand, or restored from a backup. An account is locked meanwhile, so uploads wait for it and
 * no change is lost. Safe to repeat and to interrupt.
 */
export async function recountQuotas(
  runtime: Runtime,
  options: RecountQuotasOptions = {},
): Promise<RecountQuotasReport> {
  const dryRun = !(options.live ?? false)
  return runOperation(runtime, { operation: 'recount_quotas', scope: 'all', dry_run: dryRun }, async () => {
    const counts = { accounts: 0, drifted: 0, repaired: 0, errors: 0 }
    const each = async (drift: QuotaDrift): Promise<void> => {
      counts.accounts += 1
      if (drift.bytes === drift.countedBytes && drift.assets === drift.countedAssets) return
      counts.drifted += 1
      options.onDrift?.(drift)
      if (dryRun) return
      try {
        await recount(runtime, drift.account)
        counts.repaired += 1
      } catch (error) {
        counts.errors += 1
        runtime.logger.error({ account: drift.account, ...errorFields(error) }, 'A quota could not be counted again.')
      }
    }
    const total = (): Promise<RowCount> => countRows(runtime.database, 'rindle.media_quotas', [])
    const { interrupted } = await walk(driftsIn(runtime, options), { ...options, concurrency: 1, counts, each, total })
    return { ...counts, dryRun, interrupted }
  })
}

const COUNTED = `coalesce(sum(quota_bytes), 0) as counted_bytes, coalesce(sum(quota_assets), 0) as counted_assets`

async function* driftsIn(runtime: Runtime, options: RecountQuotasOptions): AsyncGenerator<QuotaDrift[]> {
  const account = options.account ?? null
  const sql = `select quota.account as id, quota.bytes, quota.assets, counted.*
    from (select account, bytes, assets from rindle.media_quotas
      where account > $1::text and ($2::text is null or account = $2::text)
      order by account limit ${PAGE_SIZE}) as quota
    cross join lateral (select ${COUNTED} from rindle.media_assets where quota_account = quota.account) as counted
    order by quota.account`
  for await (const rows of pages(runtime.database, sql, { after: '', values: [account] })) yield rows.map(driftFromRow)
  // Accounts whose row is gone.
  const { rows } = await runtime.database.executeSql(
    `select quota_account as id, 0 as bytes, 0 as assets, ${COUNTED} from rindle.media_assets as asset
     where quota_account is not null and ($1::text is null or quota_account = $1::text)
       and not exists (select 1 from rindle.media_quotas where account = asset.quota_account)
     group by quota_account order by quota_account`,
    [account],
  )
  yield rows.map(driftFromRow)
}

/** The lock comes first: what is counted afterwards has every change that was made under it. */
async function recount(runtime: Runtime, account: string): Promise<void> {
  await inTransaction(runtime, undefined, async (unit) => {
    await unit.executeSql(
      `insert into rindle.media_quotas as quota (account, bytes, assets) values ($1::text, 0, 0)
       on conflict (account) do update set updated_at = quota.updated_at`,
      [account],
    )
    await unit.executeSql(
      `update rindle.media_quotas as quota
       set bytes = counted_bytes, assets = counted_assets, updated_at = now()
       from (select ${COUNTED} from rindle.media_assets where quota_account = $1::text) as counted
       where quota.account = $1::text`,
      [account],
    )
  })
}

function accountFromRow(row: Row): QuotaAccount {
  return {
    account: text(row, 'account'),
    bytes: number(row, 'bytes'),
    assets: number(row, 'assets'),
    maxBytes: numberOrNull(row, 'max_bytes'),
    maxAssets: numberOrNull(row, 'max_assets'),
    updatedAt: time(row, 'updated_at'),
  }
}

function driftFromRow(row: Row): QuotaDrift {
  return {
    account: text(row, 'id'),
    bytes: number(row, 'bytes'),
    assets: number(row, 'assets'),
    countedBytes: number(row, 'counted_bytes'),
    countedAssets: number(row, 'counted_assets'),
  }
}
