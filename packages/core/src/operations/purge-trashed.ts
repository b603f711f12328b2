import { heldAmong } from '../assets/hold.ts'
import { lockAsset } from '../assets/lock.ts'
import { purgeRequest } from '../assets/purge-request.ts'
import { transitionAsset } from '../assets/transition.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { ofTenant, type TenantOption, tenantParameter } from '../kernel/sql/of-tenant.ts'
import { text } from '../kernel/sql/row-values.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import { errorFields } from '../ports/logger.ts'
import { countRows } from './count-rows.ts'
import { PAGE_SIZE, timedPages } from './pages.ts'
import { runOperation } from './run-operation.ts'
import { assertProfileName } from './scope.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link purgeTrashed}. */
export interface PurgeTrashedOptions<P extends string = string> extends WalkOptions, TenantOption {
  /** Only assets of this profile. @default all */
  readonly profile?: P
  /** Counts, and changes nothing. @default false */
  readonly dryRun?: boolean
  /** Assets at once. @default 4 */
  readonly concurrency?: number
}

/** The results of {@link purgeTrashed}, real or foreseen. */
export interface PurgeTrashedReport {
  /** Assets whose time in the trash is over, and those whose purge a hold has blocked. */
  readonly found: number
  readonly enqueued: number
  /** The found assets that are still on hold. */
  readonly held: number
  readonly errors: number
  readonly dryRun: boolean
  readonly interrupted: boolean
}

const DEFAULT_CONCURRENCY = 4

/** Exactly the condition of the index `media_assets_purge_idx`. Its purge has begun where the state says so. */
const dueIn = (
  profile: number,
  tenant: number,
): string => `purge_at is not null and purge_at <= now() and state <> 'deleted'
  and ($${profile}::text is null or profile = $${profile}::text) and ${ofTenant('tenant', `$${tenant}`)}`

/**
 * Enqueues the purge of assets whose time in the trash is over, and of those whose purge was due while they were on hold.
 * An asset that is on hold, or is attached again, stays. Each asset is one transaction; a failed one is counted and logged,
 * and the rest goes on. Safe to repeat, to interrupt, and to run beside workers. `unknown_profile`.
 */
export async function purgeTrashed(runtime: Runtime, options: PurgeTrashedOptions = {}): Promise<PurgeTrashedReport> {
  const { dryRun = false, profile } = options
  const scope = profile === undefined ? 'all' : 'profile'
  return runOperation(runtime, { operation: 'purge_trashed', scope, dry_run: dryRun }, async () => {
    if (profile !== undefined) await assertProfileName(runtime, profile)
    const counts = { found: 0, enqueued: 0, held: 0, errors: 0 }
    const values = [profile ?? null, tenantParameter(options.tenant)]
    const each = async (assetId: string): Promise<void> => {
      try {
        const outcome = await inTransaction(runtime, undefined, (unit) => purgeIfDue(runtime, unit, assetId, dryRun))
        if (outcome === 'kept') return
        counts.found += 1
        if (outcome === 'held') counts.held += 1
        if (outcome === 'enqueued') counts.enqueued += 1
      } catch (error) {
        counts.errors += 1
        runtime.logger.error({ assetId, ...errorFields(error) }, 'The purge of an asset could not be enqueued.')
      }
    }
    const { interrupted } = await walk(dueAssets(runtime, values), {
      ...options,
      concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
      counts,
      each,
      total: () => countRows(runtime.database, `rindle.media_assets where ${dueIn(1, 2)}`, values),
    })
    return { ...counts, dryRun, interrupted }
  })
}

async function* dueAssets(runtime: Runtime, values: readonly unknown[]): AsyncGenerator<string[]> {
  const sql = `select id, purge_at::text as at from rindle.media_assets
    where ${dueIn(3, 4)} and (purge_at, id) > ($1::timestamptz, $2::uuid) order by purge_at, id limit ${PAGE_SIZE}`
  for await (const rows of timedPages(runtime.database, sql, values)) yield rows.map((row) => text(row, 'id'))
}

/** Decides again under the lock that every hold, restore and attach takes, too. */
async function purgeIfDue(
  runtime: Runtime,
  unit: UnitOfWork,
  assetId: string,
  dryRun: boolean,
): Promise<'kept' | 'held' | 'due' | 'enqueued'> {
  const asset = await lockAsset(unit, assetId)
  if (asset === null || asset.state === 'deleted') return 'kept'
  const { rows } = await unit.executeSql(
    `select 1 from rindle.media_assets as asset where id = $1::uuid and purge_at <= now()
       and not exists (select 1 from rindle.media_attachments where asset_id = asset.id)`,
    [assetId],
  )
  if (rows.length === 0) return 'kept'
  if ((await heldAmong(unit, [assetId])).has(assetId)) return 'held'
  if (dryRun) return 'due'
  // At once, so that nothing restores the asset until the job runs.
  await transitionAsset(runtime, unit, asset, 'deleted')
  unit.enqueue(purgeRequest(asset))
  return 'enqueued'
}
