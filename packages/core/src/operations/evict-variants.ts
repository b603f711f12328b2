import { lockAsset } from '../assets/lock.ts'
import type { Asset, Variant } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { ofTenant, type TenantOption, tenantParameter } from '../kernel/sql/of-tenant.ts'
import { number, type Row, text, time } from '../kernel/sql/row-values.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import { errorFields } from '../ports/logger.ts'
import { purgeVariants } from '../variants/purge.ts'
import { variantsOf } from '../variants/read.ts'
import { countRows } from './count-rows.ts'
import { deletePurged } from './delete-purged.ts'
import { PAGE_SIZE, timedPages } from './pages.ts'
import { runOperation } from './run-operation.ts'
import { assertProfileName } from './scope.ts'
import { type StoppedStorage, StorageWatch } from './storage-watch.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link evictVariants}. */
export interface EvictOptions<P extends string = string> extends WalkOptions, TenantOption {
  /** Keeps what a page has asked for within so many days, from 1; never less than a day and the longest lifetime of a URL. @default 30 */
  readonly keepDays?: number
  /** Only assets of this profile. @default all */
  readonly profile?: P
  /** Counts, and changes nothing. @default false */
  readonly dryRun?: boolean
  /** Assets at once. @default 4 */
  readonly concurrency?: number
}

/** The results of {@link evictVariants}, real or foreseen. */
export interface EvictReport {
  /** Variants on demand that nobody has asked for since. */
  readonly found: number
  /** Those that were purged. */
  readonly evicted: number
  /** Bytes of the found ones; in a real run, of the purged ones. */
  readonly bytes: number
  readonly errors: number
  /** Storages that are down: the next run deletes their objects of purged variants. */
  readonly stopped: readonly StoppedStorage[]
  readonly dryRun: boolean
  readonly interrupted: boolean
}

const DEFAULT_KEEP_DAYS = 30
const DEFAULT_CONCURRENCY = 4
const DAY_SECONDS = 86_400

/**
 * Purges variants on demand that no page has asked for in a long time, including their objects: the next request makes
 * them anew. Other variants stay, and so do originals and the variants of assets on hold. Each asset is one transaction; a failed one is counted and logged,
 * and the rest goes on. Safe to repeat, to interrupt, and to run beside workers and requests. `invalid_input`,
 * `unknown_profile`.
 */
export async function evictVariants(runtime: Runtime, options: EvictOptions = {}): Promise<EvictReport> {
  const dryRun = options.dryRun ?? false
  const scope = options.profile === undefined ? 'all' : 'profile'
  return runOperation(runtime, { operation: 'evict_variants', scope, dry_run: dryRun }, async () => {
    const { keepDays = DEFAULT_KEEP_DAYS, profile } = options
    assertDays(keepDays)
    if (profile !== undefined) await assertProfileName(runtime, profile)
    const before = await beginning(runtime, keepDays)
    return new Eviction(runtime, before, dryRun).run(options)
  })
}

function assertDays(keepDays: number): void {
  if (Number.isFinite(keepDays) && keepDays >= 1) return
  throw new RindleError('invalid_input', 'keepDays must be a number of days from 1.')
}

/** By the clock of the database. A request is noted once a day, and its URL may be in use until it expires. */
async function beginning({ database, maxDeliveryExpiresInSeconds }: Runtime, keepDays: number): Promise<Date> {
  const keepSeconds = Math.max(keepDays * DAY_SECONDS, maxDeliveryExpiresInSeconds + DAY_SECONDS)
  const { rows } = await database.executeSql('select clock_timestamp() - make_interval(secs => $1::float8) as before', [
    keepSeconds,
  ])
  return time(rows[0] ?? {}, 'before')
}

const ASKED = 'coalesce(last_asked_at, generated_at)'
// Exactly the condition of the index `media_variants_last_asked_idx`. A purged one with a key: a run was killed.
const EVICTABLE = `on_demand and state in ('ready', 'stale', 'purged') and storage_key is not null`
/** The parameters with these numbers are a time, a profile or null, and a tenant. */
const matches = (
  before: number,
  profile: number,
  tenant: number,
): string => `${EVICTABLE} and ${ASKED} < $${before}::timestamptz
  and ($${profile}::text is null or exists (
    select 1 from rindle.media_assets as asset where asset.id = asset_id and asset.profile = $${profile}::text))
  and ($${tenant}::jsonb is null or exists (
    select 1 from rindle.media_assets as asset where asset.id = asset_id and ${ofTenant('asset.tenant', `$${tenant}`)}))`

/** The variants of one asset on one page. */
interface AssetGroup {
  readonly assetId: string
  readonly storage: string
  readonly variants: readonly { readonly id: string; readonly isPurged: boolean; readonly byteSize: number }[]
}

class Eviction {
  readonly #runtime: Runtime
  readonly #before: Date
  readonly #dryRun: boolean
  readonly #watch: StorageWatch
  readonly #counts = { found: 0, evicted: 0, bytes: 0, errors: 0 }

  constructor(runtime: Runtime, before: Date, dryRun: boolean) {
    this.#runtime = runtime
    this.#before = before
    this.#dryRun = dryRun
    this.#watch = new StorageWatch(runtime.logger)
  }

  async run(options: EvictOptions): Promise<EvictReport> {
    const values = [this.#before.toISOString(), options.profile ?? null, tenantParameter(options.tenant)]
    const { interrupted } = await walk(this.#groups(values), {
      ...options,
      concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
      counts: this.#counts,
      each: (group) => this.#evict(group),
      total: () => countRows(this.#runtime.database, `rindle.media_variants where ${matches(1, 2, 3)}`, values),
      sizeOf: ({ variants }) => variants.length,
    })
    return { ...this.#counts, stopped: this.#watch.stopped, dryRun: this.#dryRun, interrupted }
  }

  async *#groups(values: readonly unknown[]): AsyncGenerator<AssetGroup[]> {
    const sql = `select variant.id, asset_id, variant.state, variant.byte_size, asked::text as at, asset.storage
      from (select id, asset_id, state, byte_size, ${ASKED} as asked from rindle.media_variants
        where ${matches(3, 4, 5)} and (${ASKED}, id) > ($1::timestamptz, $2::uuid)
        order by ${ASKED}, id limit ${PAGE_SIZE}) as variant
      join rindle.media_assets as asset on asset.id = asset_id order by asked, variant.id`
    for await (const rows of timedPages(this.#runtime.database, sql, values)) {
      yield [...Map.groupBy(rows, (row) => text(row, 'asset_id')).values()].map(groupOf)
    }
  }

  async #evict(group: AssetGroup): Promise<void> {
    const found = group.variants.filter(({ isPurged }) => !isPurged)
    this.#counts.found += found.length
    if (this.#dryRun) this.#counts.bytes += sumOf(found)
    // Their rows stay, too: nothing would be gained by making their objects again.
    if (this.#dryRun || this.#watch.isStopped(group.storage)) return
    const { assetId } = group
    try {
      const doomed = await this.#purge(group)
      if (doomed === null) return
      if (!(await deletePurged(this.#runtime, this.#watch, doomed.asset, doomed.variants))) this.#counts.errors += 1
    } catch (error) {
      this.#counts.errors += 1
      const fields = { assetId, ...errorFields(error) }
      this.#runtime.logger.error(fields, 'The variants of an asset could not be evicted.')
    }
  }

  /** The page may be outdated: everything is decided again with the asset locked. */
  async #purge(group: AssetGroup): Promise<{ readonly asset: Asset; readonly variants: readonly Variant[] } | null> {
    const ids = new Set(group.variants.map(({ id }) => id))
    const done = await inTransaction(this.#runtime, undefined, async (unit) => {
      const asset = await lockAsset(unit, group.assetId)
      if (asset === null || asset.state === 'deleted') return null
      const old = (await variantsOf(unit, asset.id)).filter((variant) => ids.has(variant.id) && this.#isOld(variant))
      const halfPurged = old.filter(({ state }) => state === 'purged')
      const wanted = old.filter(({ state }) => state === 'ready' || state === 'stale')
      // No aggregate: variants on demand have no part in it.
      const purged = await purgeVariants(this.#runtime, unit, asset, wanted)
      return { asset, purged, halfPurged }
    })
    if (done === null) return null
    const { asset, purged, halfPurged } = done
    this.#counts.evicted += purged.length
    this.#counts.bytes += sumOf(purged)
    return { asset, variants: [...purged, ...halfPurged] }
  }

  #isOld({ onDemand, storageKey, lastAskedAt, generatedAt }: Variant): boolean {
    const asked = lastAskedAt ?? generatedAt
    return onDemand && storageKey !== null && asked !== null && asked < this.#before
  }
}

function groupOf(rows: readonly Row[]): AssetGroup {
  const [first = {}] = rows
  return {
    assetId: text(first, 'asset_id'),
    storage: text(first, 'storage'),
    variants: rows.map((row) => ({
      id: text(row, 'id'),
      isPurged: text(row, 'state') === 'purged',
      byteSize: number(row, 'byte_size'),
    })),
  }
}

function sumOf(variants: readonly { readonly byteSize: number | null }[]): number {
  return variants.reduce((sum, { byteSize }) => sum + (byteSize ?? 0), 0)
}
