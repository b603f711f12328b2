import type { Variant } from '../domain/entities.ts'
import { isDeliverable, type VariantState } from '../domain/states.ts'
import { canTransition } from '../domain/transitions.ts'
import { NOTIFY_VARIANT } from '../events/changes.ts'
import { errorFields } from '../ports/logger.ts'
import { json, type Row, text } from '../rows/row-values.ts'
import { DELIVERABLE } from '../rows/state-literals.ts'
import { type Runtime, storageOf } from '../runtime.ts'
import { inTransaction } from '../unit-of-work.ts'
import { applyAggregate, variantsOf } from '../variants/aggregate.ts'
import { lockAsset } from '../variants/lock-asset.ts'
import { emitVariantState } from '../variants/variant-events.ts'
import { countAssets } from './count-rows.ts'
import { isStillOriginal } from './is-still-original.ts'
import { PAGE_SIZE, pages } from './pages.ts'
import { runOperation } from './run-operation.ts'
import { assertAfter, assertVariantName, profilesIn } from './scope.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link verifyStorage}. */
export interface VerifyStorageOptions<P extends string = string> extends WalkOptions {
  /** Only assets of this profile. @default all */
  readonly profile?: P
  /** Only variants of this name, and no originals. @default all */
  readonly variant?: string
  /** Asks the storages, counts what would change, and changes nothing. @default false */
  readonly dryRun?: boolean
  /** Assets at once, each with one request to its storage. @default 10 */
  readonly concurrency?: number
  /** Goes on behind this asset: the `lastId` of a run that was interrupted. @default at the first */
  readonly after?: string
}

/** What {@link verifyStorage} found. */
export interface VerifyStorageReport {
  /** Variants looked at: the sum of the next three, and of the errors that variants had. */
  readonly checked: number
  /** Their object is there with its recorded size; those that had been missing are ready again. */
  readonly present: number
  /** Their object is gone, or has another size; they are `missing` now, or would be. */
  readonly missing: number
  /** Their object is gone, and their state says already that they are not to be delivered: left as they are. */
  readonly fsmBlocked: number
  /** Variants and originals of which the storage gave no answer; nothing is concluded from that. */
  readonly errors: number
  readonly originalsChecked: number
  /** Originals that are gone, or have another size: data loss, which no verb repairs. */
  readonly originalsLost: number
  /** The assets of the first 100 of them. All are logged. */
  readonly lostOriginals: readonly string[]
  readonly dryRun: boolean
  readonly interrupted: boolean
  /** The last asset before which everything is done; `null`: none. */
  readonly lastId: string | null
}

const DEFAULT_CONCURRENCY = 10
const LISTED_ORIGINALS = 100

/**
 * Asks the storages for the object of every original, and of every `ready`, `stale`, `missing` and `failed` variant that
 * has a key, of deliverable assets. Variants whose object is gone become `missing`, missing ones whose object is found
 * again become `ready`. Safe to repeat, to interrupt, and to run beside workers: a variant that changes meanwhile is
 * left to the next run. `unknown_profile`, `unknown_variant`.
 */
export async function verifyStorage(
  runtime: Runtime,
  options: VerifyStorageOptions = {},
): Promise<VerifyStorageReport> {
  const scope = options.profile === undefined ? 'all' : 'profile'
  const dryRun = options.dryRun ?? false
  return runOperation(runtime, { operation: 'verify_storage', scope, dry_run: dryRun }, async () => {
    const profiles = profilesIn(runtime, options.profile)
    assertAfter(options.after)
    if (options.variant !== undefined) await assertVariantName(runtime, profiles, options.variant)
    return new Verification(runtime, options).run(profiles)
  })
}

type CheckedVariant = Pick<Variant, 'id' | 'name' | 'state' | 'attempt'> & StoredFile

interface StoredFile {
  readonly storageKey: string
  readonly byteSize: number
}

interface AssetOnPage extends StoredFile {
  readonly id: string
  readonly storage: string
  readonly variants: readonly CheckedVariant[]
}

class Verification {
  readonly #runtime: Runtime
  readonly #options: VerifyStorageOptions
  readonly #lostOriginals: string[] = []
  readonly #counts = {
    checked: 0,
    present: 0,
    missing: 0,
    fsmBlocked: 0,
    errors: 0,
    originalsChecked: 0,
    originalsLost: 0,
  }
  #lastId: string | null

  constructor(runtime: Runtime, options: VerifyStorageOptions) {
    this.#runtime = runtime
    this.#options = options
    this.#lastId = options.after ?? null
  }

  async run(profiles: readonly string[]): Promise<VerifyStorageReport> {
    const { interrupted } = await walk(this.#pages(profiles), {
      ...this.#options,
      concurrency: this.#options.concurrency ?? DEFAULT_CONCURRENCY,
      counts: this.#counts,
      each: (asset) => this.#verify(asset),
      total: () => countAssets(this.#runtime.database, { ...this.#options, states: DELIVERABLE, profiles }),
    })
    const dryRun = this.#options.dryRun ?? false
    return { ...this.#counts, lostOriginals: this.#lostOriginals, dryRun, interrupted, lastId: this.#lastId }
  }

  async *#pages(profiles: readonly string[]): AsyncGenerator<AssetOnPage[]> {
    const sql = `select asset.id, asset.storage, asset.storage_key, asset.byte_size,
        coalesce(jsonb_agg(jsonb_build_object('id', variant.id, 'name', variant.name, 'state', variant.state,
          'attempt', variant.attempt, 'storageKey', variant.storage_key, 'byteSize', variant.byte_size))
          filter (where variant.id is not null), '[]'::jsonb) as variants
      from (select id, storage, storage_key, byte_size from rindle.media_assets
        where state in (${DELIVERABLE})
          and profile in (select jsonb_array_elements_text($2::jsonb)) and id > $1::uuid
        order by id limit ${PAGE_SIZE}) as asset
      left join rindle.media_variants as variant on variant.asset_id = asset.id
        and variant.state in ('ready', 'stale', 'missing', 'failed') and variant.storage_key is not null
        and ($3::text is null or variant.name = $3::text)
      group by asset.id, asset.storage, asset.storage_key, asset.byte_size order by asset.id`
    const { after, variant = null } = this.#options
    const values = [JSON.stringify(profiles), variant]
    for await (const rows of pages(this.#runtime.database, sql, { after, values })) {
      yield rows.map(assetOnPage)
      this.#lastId = text(rows.at(-1) ?? {}, 'id')
    }
  }

  async #verify(asset: AssetOnPage): Promise<void> {
    if (this.#options.variant === undefined) await this.#verifyOriginal(asset)
    for (const variant of asset.variants) {
      const outcome = await this.#counted(asset, () => this.#verifyVariant(asset, variant))
      if (outcome === 'moved_on') continue
      this.#counts.checked += 1
      if (outcome !== 'error') this.#counts[outcome] += 1
    }
  }

  async #verifyOriginal(asset: AssetOnPage): Promise<void> {
    const outcome = await this.#counted(asset, async () => {
      if (await this.#isThere(asset, asset)) return 'present'
      return (await isStillOriginal(this.#runtime, asset)) ? 'lost' : 'moved_on'
    })
    if (outcome !== 'moved_on') this.#counts.originalsChecked += 1
    if (outcome !== 'lost') return
    this.#counts.originalsLost += 1
    if (this.#lostOriginals.length < LISTED_ORIGINALS) this.#lostOriginals.push(asset.id)
    const fields = { assetId: asset.id, code: 'original_missing' }
    this.#runtime.logger.error(fields, 'Data loss: the original of an asset is gone from its storage.')
  }

  async #counted<T>({ id }: AssetOnPage, check: () => Promise<T>): Promise<T | 'error'> {
    try {
      return await check()
    } catch (error) {
      this.#counts.errors += 1
      this.#runtime.logger.error({ assetId: id, ...errorFields(error) }, 'An object could not be verified.')
      return 'error'
    }
  }

  async #verifyVariant(
    asset: AssetOnPage,
    variant: CheckedVariant,
  ): Promise<'present' | 'missing' | 'fsmBlocked' | 'moved_on'> {
    const isThere = await this.#isThere(asset, variant)
    if (isThere && variant.state !== 'missing') return 'present'
    if (!isThere && variant.state === 'missing') return 'missing'
    if (!isThere && !canTransition('variant', variant.state, 'missing')) return 'fsmBlocked'
    const to = isThere ? 'ready' : 'missing'
    if (this.#options.dryRun === true) return isThere ? 'present' : 'missing'
    if (!(await moveVariant(this.#runtime, asset.id, variant, to))) return 'moved_on'
    if (isThere) return 'present'
    const fields = { assetId: asset.id, variantName: variant.name, code: 'object_missing' }
    this.#runtime.logger.warn(fields, 'The object of a variant is gone; regenerating makes it again.')
    return 'missing'
  }

  async #isThere({ storage }: AssetOnPage, { storageKey, byteSize }: StoredFile): Promise<boolean> {
    const object = await storageOf(this.#runtime, storage).head(storageKey)
    return object?.byteSize === byteSize
  }
}

function assetOnPage(row: Row): AssetOnPage {
  return {
    id: text(row, 'id'),
    storage: text(row, 'storage'),
    storageKey: text(row, 'storage_key'),
    byteSize: Number(row['byte_size']),
    variants: json<readonly CheckedVariant[]>(row, 'variants'),
  }
}

/**
 * Moves a variant that is still as it was looked at: the attempt tells one that was made again, under the same key, in
 * between. `false`: it has changed.
 */
async function moveVariant(
  runtime: Runtime,
  assetId: string,
  variant: CheckedVariant,
  to: VariantState,
): Promise<boolean> {
  return inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    if (asset === null || !isDeliverable(asset.state)) return false
    const { rows } = await unit.executeSql(
      `update rindle.media_variants as variant set state = $5::text, updated_at = now()
       where id = $1::uuid and state = $2::text and storage_key = $3::text and attempt = $4::int
       returning id, ${NOTIFY_VARIANT}`,
      [variant.id, variant.state, variant.storageKey, variant.attempt, to],
    )
    if (rows.length === 0) return false
    emitVariantState(runtime, unit, asset, variant.state, to)
    await applyAggregate(runtime, unit, asset, await variantsOf(unit, assetId))
    return true
  })
}
