import { applyAggregate } from '../assets/aggregate.ts'
import { lockAsset } from '../assets/lock.ts'
import { isDeliverable } from '../domain/states.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { RECIPE_SOURCE_COLUMNS, recipeSourceFromRow } from '../kernel/sql/entities-from-rows.ts'
import { ofTenant, type TenantOption, tenantParameter } from '../kernel/sql/of-tenant.ts'
import { json, type Row, text } from '../kernel/sql/row-values.ts'
import { DELIVERABLE } from '../kernel/sql/state-literals.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import { errorFields } from '../ports/logger.ts'
import { type DriftingVariant, type VariantDrift, variantDrift } from '../variants/drift.ts'
import { enqueueDrifted } from '../variants/enqueue-drifted.ts'
import { plannedVariants } from '../variants/plan.ts'
import { purgeable, purgeVariants } from '../variants/purge.ts'
import { variantsOf } from '../variants/read.ts'
import { countAssets } from './count-rows.ts'
import { deletePurged } from './delete-purged.ts'
import { PAGE_SIZE, pages } from './pages.ts'
import { runOperation } from './run-operation.ts'
import { assertAfter, assertVariantName, profilesIn } from './scope.ts'
import { type StoppedStorage, StorageWatch } from './storage-watch.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link regenerateVariants}. */
export interface RegenerateOptions<P extends string = string> extends WalkOptions, TenantOption {
  /** Only assets of this profile. @default all */
  readonly profile?: P
  /** Only this asset. @default all */
  readonly assetId?: string
  /** Only variants of this name. @default all */
  readonly variant?: string
  /** Counts the work, and changes nothing. @default false */
  readonly dryRun?: boolean
  /** Purges variants that are no longer declared, including their objects. @default false: they are reported */
  readonly prune?: boolean
  /** Assets at once. @default 4 */
  readonly concurrency?: number
  /** Continues after this asset: the `lastId` of an interrupted run. @default from the first */
  readonly after?: string
}

/** The results of {@link regenerateVariants}, real or foreseen. */
export interface RegenerateReport {
  /** Variants to be made: outdated, stale, missing, and newly declared ones. */
  readonly enqueued: number
  /** Variants that already wait for a worker, or are being made. */
  readonly skipped: number
  readonly errors: number
  /** The enqueued variants that were ready and made by another recipe. */
  readonly markedStale: number
  /** The enqueued variants without a row. */
  readonly planned: number
  readonly purged: number
  /** Variants that no profile declares any more, by name; purged with `prune`, otherwise left unchanged. */
  readonly undeclared: readonly UndeclaredVariants[]
  /** Storages that are down: the next run deletes their objects of purged variants. */
  readonly stopped: readonly StoppedStorage[]
  readonly dryRun: boolean
  readonly interrupted: boolean
  /** The last asset up to which everything is done; `null`: none. */
  readonly lastId: string | null
}

/** Variants of one name that their profile does not declare. */
export interface UndeclaredVariants {
  readonly profile: string
  readonly variant: string
  readonly count: number
}

const DEFAULT_CONCURRENCY = 4

/**
 * Brings the variants of all deliverable assets in line with their profiles: marks ready ones of another recipe as
 * `stale`, then enqueues exactly the stale, missing and newly declared ones. Workers make them; until then
 * `serve_stale` serves the old objects. Of variants on demand it takes those that exist and are not purged. Leaves failed and cancelled ones to {@link requeueVariants}. Each asset is one
 * transaction; a failed asset is counted and logged, and the rest goes on. Safe to repeat, to interrupt, and to run
 * beside workers. `unknown_profile`, `unknown_variant`.
 */
export async function regenerateVariants(runtime: Runtime, options: RegenerateOptions = {}): Promise<RegenerateReport> {
  const dryRun = options.dryRun ?? false
  const scope = options.assetId !== undefined ? 'asset' : options.profile === undefined ? 'all' : 'profile'
  return runOperation(runtime, { operation: 'regenerate_variants', scope, dry_run: dryRun }, async () => {
    const profiles = profilesIn(runtime, options.profile)
    assertAfter(options.after)
    if (options.assetId !== undefined) assertId('asset', options.assetId)
    if (options.variant !== undefined) await assertVariantName(runtime, profiles, options.variant)
    return new Regeneration(runtime, options, dryRun).run(profiles)
  })
}

/** One asset of a page. */
interface AssetOnPage {
  readonly id: string
  readonly profile: string
  readonly drift: VariantDrift
}

class Regeneration {
  readonly #runtime: Runtime
  readonly #options: RegenerateOptions
  readonly #dryRun: boolean
  readonly #isPruning: boolean
  readonly #watch: StorageWatch
  readonly #undeclared = new Map<string, UndeclaredVariants>()
  readonly #counts = { enqueued: 0, skipped: 0, errors: 0, markedStale: 0, planned: 0, purged: 0 }
  #lastId: string | null

  constructor(runtime: Runtime, options: RegenerateOptions, dryRun: boolean) {
    this.#runtime = runtime
    this.#options = options
    this.#dryRun = dryRun
    this.#isPruning = options.prune ?? false
    this.#watch = new StorageWatch(runtime.logger)
    this.#lastId = options.after ?? null
  }

  async run(profiles: readonly string[]): Promise<RegenerateReport> {
    const { interrupted } = await walk(this.#pages(profiles), {
      ...this.#options,
      concurrency: this.#options.concurrency ?? DEFAULT_CONCURRENCY,
      counts: this.#counts,
      each: (row) => this.#regenerate(this.#assetOf(row)),
      total: () => countAssets(this.#runtime.database, { ...this.#options, states: DELIVERABLE, profiles }),
    })
    const names = [...this.#undeclared.keys()].toSorted((a, b) => (a < b ? -1 : 1))
    const undeclared = names.flatMap((name) => this.#undeclared.get(name) ?? [])
    const { stopped } = this.#watch
    return { ...this.#counts, undeclared, stopped, dryRun: this.#dryRun, interrupted, lastId: this.#lastId }
  }

  async *#pages(profiles: readonly string[]): AsyncGenerator<Row[]> {
    const sql = `select asset.id, asset.profile, ${RECIPE_SOURCE_COLUMNS},
        (select coalesce(jsonb_agg(jsonb_build_object('name', variant.name, 'state', variant.state,
          'recipeDigest', variant.recipe_digest, 'onDemand', variant.on_demand,
          'storageKey', case when variant.state = 'purged' then variant.storage_key end)), '[]'::jsonb)
         from rindle.media_variants as variant where variant.asset_id = asset.id) as variants
      from rindle.media_assets as asset
      where state in (${DELIVERABLE})
        and profile in (select jsonb_array_elements_text($2::jsonb)) and id > $1::uuid
        and ($3::uuid is null or id = $3::uuid) and ${ofTenant('tenant', '$4')}
      order by id limit ${PAGE_SIZE}`
    const { after, assetId = null, tenant } = this.#options
    const values = [JSON.stringify(profiles), assetId, tenantParameter(tenant)]
    for await (const rows of pages(this.#runtime.database, sql, { after, values })) {
      const lastId = text(rows.at(-1) ?? {}, 'id')
      yield rows
      this.#lastId = lastId
    }
  }

  #assetOf(row: Row): AssetOnPage {
    const profile = text(row, 'profile')
    const declared = plannedVariants(profileOf(this.#runtime, profile), recipeSourceFromRow(row))
    const drift = variantDrift(json<DriftingVariant[]>(row, 'variants'), declared, this.#options.variant)
    return { id: text(row, 'id'), profile, drift }
  }

  async #regenerate(asset: AssetOnPage): Promise<void> {
    this.#reportUndeclared(asset)
    if (this.#dryRun || !this.#hasWork(asset.drift)) {
      return this.#count(asset.drift, this.#isPruning ? purgeable(asset.drift.undeclared).length : 0)
    }
    try {
      await this.#bringUpToDate(asset.id)
    } catch (error) {
      this.#counts.errors += 1
      const fields = { assetId: asset.id, ...errorFields(error) }
      this.#runtime.logger.error(fields, 'The variants of an asset could not be regenerated.')
    }
  }

  #hasWork({ outdated, unmade, lacking, regrouped, undeclared, halfPurged }: VariantDrift): boolean {
    if (outdated.length + unmade.length + lacking.length + regrouped.length > 0) return true
    return this.#isPruning && purgeable(undeclared).length + halfPurged.length > 0
  }

  #count({ outdated, unmade, lacking, inFlight }: VariantDrift, purged: number): void {
    this.#counts.enqueued += outdated.length + unmade.length + lacking.length
    this.#counts.skipped += inFlight.length
    this.#counts.markedStale += outdated.length
    this.#counts.planned += lacking.length
    this.#counts.purged += purged
  }

  #reportUndeclared({ profile, drift }: AssetOnPage): void {
    for (const { name } of drift.undeclared) {
      const key = `${profile}/${name}`
      const count = this.#undeclared.get(key)?.count ?? 0
      this.#undeclared.set(key, { profile, variant: name, count: count + 1 })
    }
  }

  /** The page may be outdated: everything is decided again with the asset locked. */
  async #bringUpToDate(assetId: string): Promise<void> {
    const done = await inTransaction(this.#runtime, undefined, async (unit) => {
      const asset = await lockAsset(unit, assetId)
      if (asset === null || !isDeliverable(asset.state)) return null
      const variants = await variantsOf(unit, assetId)
      const declared = plannedVariants(profileOf(this.#runtime, asset.profile), asset)
      const drift = variantDrift(variants, declared, this.#options.variant)
      await enqueueDrifted(this.#runtime, unit, asset, { variants, declared, drift })
      const pruned = this.#isPruning ? await purgeVariants(this.#runtime, unit, asset, drift.undeclared) : []
      await applyAggregate(this.#runtime, unit, asset, await variantsOf(unit, assetId))
      return { asset, drift, pruned }
    })
    if (done === null) return
    const { asset, drift, pruned } = done
    this.#count(drift, pruned.length)
    if (!this.#isPruning || this.#watch.isStopped(asset.storage)) return
    const doomed = [...pruned, ...drift.halfPurged]
    if (!(await deletePurged(this.#runtime, this.#watch, asset, doomed))) this.#counts.errors += 1
  }
}
