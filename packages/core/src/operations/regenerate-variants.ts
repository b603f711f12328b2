import { applyAggregate } from '../assets/aggregate.ts'
import { lockAsset } from '../assets/lock.ts'
import type { Asset, Variant } from '../domain/entities.ts'
import { isDeliverable } from '../domain/states.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'
import { json, type Row, text } from '../kernel/sql/row-values.ts'
import { DELIVERABLE } from '../kernel/sql/state-literals.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import { errorFields } from '../ports/logger.ts'
import { type DriftingVariant, type VariantDrift, variantDrift } from '../variants/drift.ts'
import { type PlannedVariant, plannedVariants, planVariants } from '../variants/plan.ts'
import { deletePurgedObjects, purgeable, purgeVariants } from '../variants/purge.ts'
import { queueVariants } from '../variants/queue.ts'
import { variantsOf } from '../variants/read.ts'
import { transitionVariants } from '../variants/transition.ts'
import { countAssets } from './count-rows.ts'
import { PAGE_SIZE, pages } from './pages.ts'
import { runOperation } from './run-operation.ts'
import { assertAfter, assertVariantName, profilesIn } from './scope.ts'
import { type StoppedStorage, StorageWatch } from './storage-watch.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link regenerateVariants}. */
export interface RegenerateOptions<P extends string = string> extends WalkOptions {
  /** Only assets of this profile. @default all */
  readonly profile?: P
  /** Only variants of this name. @default all */
  readonly variant?: string
  /** Counts what would be done, and changes nothing. @default false */
  readonly dryRun?: boolean
  /** Purges variants that are declared no longer, objects included. @default false: they are reported */
  readonly prune?: boolean
  /** Assets at once. @default 4 */
  readonly concurrency?: number
  /** Goes on behind this asset: the `lastId` of a run that was interrupted. @default at the first */
  readonly after?: string
}

/** What {@link regenerateVariants} did, or would do. */
export interface RegenerateReport {
  /** Variants to be made: outdated, stale, missing, and newly declared ones. */
  readonly enqueued: number
  /** Variants that are waiting for a worker, or being made, already. */
  readonly skipped: number
  readonly errors: number
  /** Of the enqueued, those that were ready and made by another recipe. */
  readonly markedStale: number
  /** Of the enqueued, those that their asset had no row for. */
  readonly planned: number
  readonly purged: number
  /** Variants that no profile declares any more, by name; purged with `prune`, otherwise left as they are. */
  readonly undeclared: readonly UndeclaredVariants[]
  /** Storages that are down: objects of purged variants in them are deleted by the next run. */
  readonly stopped: readonly StoppedStorage[]
  readonly dryRun: boolean
  readonly interrupted: boolean
  /** The last asset before which everything is done; `null`: none. */
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
 * Brings the variants of all deliverable assets to what their profiles declare now: marks ready ones of another recipe
 * as `stale`, then enqueues exactly the stale, missing and newly declared ones. It enqueues only; workers make them,
 * and under `serve_stale` the old objects are served until then. Failed and cancelled ones are left to
 * {@link requeueVariants}. Each asset is one transaction; an error of one is counted and logged, and the rest goes on.
 * Safe to repeat, to interrupt, and to run beside workers. `unknown_profile`, `unknown_variant`.
 */
export async function regenerateVariants(runtime: Runtime, options: RegenerateOptions = {}): Promise<RegenerateReport> {
  const dryRun = options.dryRun ?? false
  const scope = options.profile === undefined ? 'all' : 'profile'
  return runOperation(runtime, { operation: 'regenerate_variants', scope, dry_run: dryRun }, async () => {
    const profiles = profilesIn(runtime, options.profile)
    assertAfter(options.after)
    if (options.variant !== undefined) await assertVariantName(runtime, profiles, options.variant)
    return new Regeneration(runtime, options, dryRun).run(profiles)
  })
}

/** One asset as a page shows it. */
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
    const sql = `select asset.id, asset.profile, asset.kind, asset.has_audio_track, asset.has_cover,
        coalesce(jsonb_agg(jsonb_build_object('name', variant.name, 'state', variant.state,
          'recipeDigest', variant.recipe_digest,
          'storageKey', case when variant.state = 'purged' then variant.storage_key end))
          filter (where variant.id is not null), '[]'::jsonb) as variants
      from (select id, profile, kind, has_audio_track, metadata -> 'hasCover' as has_cover from rindle.media_assets
        where state in (${DELIVERABLE})
          and profile in (select jsonb_array_elements_text($2::jsonb)) and id > $1::uuid
        order by id limit ${PAGE_SIZE}) as asset
      left join rindle.media_variants as variant on variant.asset_id = asset.id
      group by asset.id, asset.profile, asset.kind, asset.has_audio_track, asset.has_cover order by asset.id`
    const { after } = this.#options
    for await (const rows of pages(this.#runtime.database, sql, { after, values: [JSON.stringify(profiles)] })) {
      const lastId = text(rows.at(-1) ?? {}, 'id')
      yield rows
      this.#lastId = lastId
    }
  }

  #assetOf(row: Row): AssetOnPage {
    const profile = text(row, 'profile')
    const declared = plannedVariants(profileOf(this.#runtime, profile), {
      kind: row['kind'] as Asset['kind'],
      hasAudioTrack: row['has_audio_track'] as boolean | null,
      metadata: { hasCover: row['has_cover'] as boolean | null },
    })
    const drift = variantDrift(json<DriftingVariant[]>(row, 'variants'), declared, this.#options.variant)
    return { id: text(row, 'id'), profile, drift }
  }

  async #regenerate(asset: AssetOnPage): Promise<void> {
    this.#reportUndeclared(asset)
    if (this.#dryRun || !this.#hasWork(asset.drift)) return this.#count(asset.drift)
    try {
      await this.#bringUpToDate(asset.id)
    } catch (error) {
      this.#counts.errors += 1
      const fields = { assetId: asset.id, ...errorFields(error) }
      this.#runtime.logger.error(fields, 'The variants of an asset could not be regenerated.')
    }
  }

  #hasWork({ outdated, unmade, lacking, undeclared, halfPurged }: VariantDrift): boolean {
    if (outdated.length + unmade.length + lacking.length > 0) return true
    return this.#isPruning && purgeable(undeclared).length + halfPurged.length > 0
  }

  #count({ outdated, unmade, lacking, inFlight, undeclared }: VariantDrift): void {
    this.#counts.enqueued += outdated.length + unmade.length + lacking.length
    this.#counts.skipped += inFlight.length
    this.#counts.markedStale += outdated.length
    this.#counts.planned += lacking.length
    if (this.#isPruning) this.#counts.purged += purgeable(undeclared).length
  }

  #reportUndeclared({ profile, drift }: AssetOnPage): void {
    for (const { name } of drift.undeclared) {
      const key = `${profile}/${name}`
      const count = this.#undeclared.get(key)?.count ?? 0
      this.#undeclared.set(key, { profile, variant: name, count: count + 1 })
    }
  }

  /** What the page showed may be over: everything is decided again with the asset locked. */
  async #bringUpToDate(assetId: string): Promise<void> {
    const done = await inTransaction(this.#runtime, undefined, async (unit) => {
      const asset = await lockAsset(unit, assetId)
      if (asset === null || !isDeliverable(asset.state)) return null
      const variants = await variantsOf(unit, assetId)
      const declared = plannedVariants(profileOf(this.#runtime, asset.profile), asset)
      const drift = variantDrift(variants, declared, this.#options.variant)
      await enqueueDrifted(this.#runtime, unit, asset, { variants, declared, drift })
      if (this.#isPruning) await purgeVariants(this.#runtime, unit, asset, drift.undeclared)
      await applyAggregate(this.#runtime, unit, asset, await variantsOf(unit, assetId))
      return { asset, drift }
    })
    if (done === null) return
    this.#count(done.drift)
    if (!this.#isPruning) return
    const { undeclared, halfPurged } = done.drift
    await this.#deleteObjects(done.asset, [...purgeable(undeclared), ...halfPurged])
  }

  /** Objects that a storage which is down keeps are deleted by the next run: their rows say that they are there still. */
  async #deleteObjects(asset: Asset, variants: readonly Variant[]): Promise<void> {
    if (this.#watch.isStopped(asset.storage)) return
    try {
      await deletePurgedObjects(this.#runtime, asset, variants)
      this.#watch.answered(asset.storage)
    } catch (error) {
      this.#counts.errors += 1
      this.#watch.failed(asset.storage, error, { assetId: asset.id }, 'An object of a purged variant was not deleted.')
    }
  }
}

/** An asset's variants beside their declarations. */
interface DriftedAsset {
  readonly variants: readonly Variant[]
  readonly declared: readonly PlannedVariant[]
  readonly drift: VariantDrift<Variant>
}

/** Marks what is outdated, then enqueues it with the rest that has to be made. The asset is locked. */
async function enqueueDrifted(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  { variants, declared, drift }: DriftedAsset,
): Promise<void> {
  const lacking = new Set(drift.lacking.map(({ name }) => name))
  const declaredAgain = variants.filter(({ name }) => lacking.has(name))
  const hasRow = new Set(declaredAgain.map(({ name }) => name))
  const stale = await transitionVariants(runtime, unit, asset, drift.outdated, 'stale')
  await queueVariants(runtime, unit, asset, [...stale, ...drift.unmade, ...declaredAgain], declared)
  const isNew = ({ name }: PlannedVariant): boolean => !hasRow.has(name)
  await planVariants(runtime, unit, asset, drift.lacking.filter(isNew))
}
