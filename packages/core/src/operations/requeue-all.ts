import { applyAggregate } from '../assets/aggregate.ts'
import { lockAsset } from '../assets/lock.ts'
import { isDeliverable } from '../domain/states.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'
import { ofTenant, type TenantOption, tenantParameter } from '../kernel/sql/of-tenant.ts'
import { type Row, text, time } from '../kernel/sql/row-values.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import { errorFields } from '../ports/logger.ts'
import { plannedVariants } from '../variants/plan.ts'
import { queueVariants } from '../variants/queue.ts'
import { variantsOf } from '../variants/read.ts'
import { countRows, type RowCount } from './count-rows.ts'
import { PAGE_SIZE, timedPages } from './pages.ts'
import type { RequeueReport } from './requeue-variants.ts'
import { runOperation } from './run-operation.ts'
import { assertProfileName, assertSeconds, assertVariantName } from './scope.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link requeueAll}. */
export interface RequeueAllOptions<P extends string = string> extends WalkOptions, TenantOption {
  /** Enqueues; otherwise it only counts. @default false */
  readonly live?: boolean
  /** Only variants with this reason, or with it as a part: "insufficient_disk". @default any */
  readonly reason?: string
  /** Only of this profile. @default all */
  readonly profile?: P
  /** Only variants of these names. @default all */
  readonly variants?: readonly string[]
  /** Only variants that failed, or were cancelled, this long ago. @default 0 */
  readonly olderThanSeconds?: number
  /** Assets at once. @default 4 */
  readonly concurrency?: number
}

/** The results of {@link requeueAll}, or its findings. */
export interface RequeueAllReport extends RequeueReport {
  readonly interrupted: boolean
}

const DEFAULT_CONCURRENCY = 4

/**
 * Enqueues failed and cancelled variants of many assets again, as `requeueVariants` does for one: with one transaction
 * for each asset of a page. Without `live` it only counts. Skips variants that their profile no longer declares, and
 * assets that are not deliverable. What fails again meanwhile is not taken twice. Safe to repeat and to interrupt.
 * `unknown_profile`, `unknown_variant`, `invalid_input`.
 */
export async function requeueAll(runtime: Runtime, options: RequeueAllOptions = {}): Promise<RequeueAllReport> {
  const dryRun = !(options.live ?? false)
  const scope = options.profile === undefined ? 'all' : 'profile'
  return runOperation(runtime, { operation: 'requeue', scope, dry_run: dryRun }, async () => {
    await assertOptions(runtime, options)
    const counts = { selected: 0, enqueued: 0, skipped: 0, errors: 0 }
    const each = async (group: AssetGroup): Promise<void> => {
      counts.selected += group.variants.length
      try {
        const enqueued = await requeueGroup(runtime, group, dryRun)
        counts.enqueued += enqueued
        counts.skipped += group.variants.length - enqueued
      } catch (error) {
        counts.errors += group.variants.length
        const fields = { assetId: group.assetId, ...errorFields(error) }
        runtime.logger.error(fields, 'Variants of an asset could not be enqueued again.')
      }
    }
    const before = await beginning(runtime, options.olderThanSeconds ?? 0)
    const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY
    const total = (): Promise<RowCount> =>
      countRows(runtime.database, `${FROM} and ${MATCHES}`, valuesOf(before, options))
    const groups = groupsOf(runtime, before, options)
    const sizeOf = ({ variants }: AssetGroup): number => variants.length
    const { interrupted } = await walk(groups, { ...options, concurrency, counts, each, total, sizeOf })
    return { ...counts, dryRun, interrupted }
  })
}

/** The matching variants of one asset on one page. */
interface AssetGroup {
  readonly assetId: string
  /** Their ids. */
  readonly variants: readonly string[]
}

// Exactly the states of the index `media_variants_unsuccessful_idx`, as literals.
const FROM = `rindle.media_variants as variant where state in ('failed', 'cancelled')`

/** $1 a time, $2 a reason, $3 a profile, $4 names, $5 a tenant. */
const MATCHES = `updated_at < $1::timestamptz
  and ($2::text is null or error_reason = $2::text or $2::text = any (string_to_array(error_reason, ':')))
  and ($4::jsonb is null or jsonb_exists($4::jsonb, name))
  and ($3::text is null or exists (
    select 1 from rindle.media_assets as asset where asset.id = variant.asset_id and asset.profile = $3::text))
  and ($5::jsonb is null or exists (
    select 1 from rindle.media_assets as asset
    where asset.id = variant.asset_id and ${ofTenant('asset.tenant', '$5')}))`

function valuesOf(before: Date, { reason, profile, variants, tenant }: RequeueAllOptions): unknown[] {
  return [
    before.toISOString(),
    reason ?? null,
    profile ?? null,
    variants === undefined ? null : JSON.stringify(variants),
    tenantParameter(tenant),
  ]
}

/** By the clock of the database. A variant that fails again is younger, and so is not taken again. */
async function beginning({ database }: Runtime, olderThanSeconds: number): Promise<Date> {
  const { rows } = await database.executeSql('select clock_timestamp() - make_interval(secs => $1::float8) as before', [
    olderThanSeconds,
  ])
  return time(rows[0] ?? {}, 'before')
}

async function* groupsOf(
  { database }: Runtime,
  before: Date,
  options: RequeueAllOptions,
): AsyncGenerator<AssetGroup[]> {
  const matches = MATCHES.replaceAll(/\$(\d)/g, (_all, place: string) => `$${Number(place) + 2}`)
  const sql = `select id, asset_id, updated_at::text as at from ${FROM} and ${matches}
    and (updated_at, id) > ($1::timestamptz, $2::uuid) order by updated_at, id limit ${PAGE_SIZE}`
  for await (const rows of timedPages(database, sql, valuesOf(before, options))) {
    const byAsset = Map.groupBy(rows, (row: Row) => text(row, 'asset_id'))
    yield [...byAsset].map(([assetId, own]) => ({ assetId, variants: own.map((row) => text(row, 'id')) }))
  }
}

/** Returns how many of them are to be made again. */
async function requeueGroup(runtime: Runtime, { assetId, variants }: AssetGroup, dryRun: boolean): Promise<number> {
  return inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    if (asset === null || !isDeliverable(asset.state)) return 0
    const declared = plannedVariants(profileOf(runtime, asset.profile), asset)
    const names = new Set(declared.map(({ name }) => name))
    const wanted = (await variantsOf(unit, assetId)).filter(
      ({ id, name, state }) =>
        variants.includes(id) && names.has(name) && (state === 'failed' || state === 'cancelled'),
    )
    if (dryRun || wanted.length === 0) return wanted.length
    await queueVariants(runtime, unit, asset, wanted, declared, { isBulk: true })
    await applyAggregate(runtime, unit, asset, await variantsOf(unit, assetId))
    return wanted.length
  })
}

async function assertOptions(
  runtime: Runtime,
  { profile, variants = [], olderThanSeconds = 0 }: RequeueAllOptions,
): Promise<void> {
  assertSeconds('olderThanSeconds', olderThanSeconds)
  if (profile !== undefined) await assertProfileName(runtime, profile)
  const profiles = Object.keys(runtime.profiles).filter((name) => profile === undefined || name === profile)
  for (const name of variants) await assertVariantName(runtime, profiles, name)
}
