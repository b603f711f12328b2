import type { Runtime } from '../kernel/runtime.ts'
import type { TenantOption } from '../kernel/sql/of-tenant.ts'
import { DELIVERABLE } from '../kernel/sql/state-literals.ts'
import { errorFields } from '../ports/logger.ts'
import { countAssets } from './count-rows.ts'
import { runOperation } from './run-operation.ts'
import { assertAfter, assertVariantName, profilesIn, storagesIn } from './scope.ts'
import { type StoppedStorage, StorageWatch } from './storage-watch.ts'
import { type StoredAsset, storedAssets } from './stored-assets.ts'
import { noteOriginal, type OriginalSight, seeOriginal } from './stored-originals.ts'
import { noteTrack, type StoredTrack } from './stored-tracks.ts'
import { noteVariant, type StoredVariant, seePart } from './stored-variants.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link verifyStorage}. */
export interface VerifyStorageOptions<P extends string = string> extends WalkOptions, TenantOption {
  /** Only assets of this profile. @default all */
  readonly profile?: P
  /** Only variants of this name, and neither originals nor tracks. @default all */
  readonly variant?: string
  /** Only what is in this storage. @default all */
  readonly storage?: string
  /** Asks the storages, counts what would change, and changes nothing. @default false */
  readonly dryRun?: boolean
  /** Reads every original, and compares its SHA-256 with its row's. @default false, only the size */
  readonly checksum?: boolean
  /** Continues when most objects are missing. @default false */
  readonly force?: boolean
  /** Assets at once, with one request each to its storage. @default 10 */
  readonly concurrency?: number
  /** Continues after this asset: the `lastId` of an interrupted run. @default from the first */
  readonly after?: string
}

/** The results of {@link verifyStorage}. */
export interface VerifyStorageReport {
  /** Checked variants: the sum of the next three, and of the errors of variants. */
  readonly checked: number
  /** Their object exists with its recorded size; those that were missing are ready again. */
  readonly present: number
  /** Their object is gone, or has another size; they are `missing` now, or would be. */
  readonly missing: number
  /** Their object is gone, but their state already prevents their delivery: left unchanged. */
  readonly fsmBlocked: number
  readonly tracksChecked: number
  /** Text tracks whose object is gone or has another size: no verb repairs that. Noted on their rows. */
  readonly tracksLost: number
  /** Variants, tracks and originals without an answer of the storage; nothing is concluded from that. */
  readonly errors: number
  readonly originalsChecked: number
  /** Originals that are gone: data loss, which no verb repairs. Noted on their assets. */
  readonly originalsLost: number
  /** Originals whose size or bytes differ from their rows: data loss as well. Noted on their assets. */
  readonly originalsDamaged: number
  /** Originals that were lost or damaged, and are intact again. */
  readonly originalsHealed: number
  /** The assets of the first 100 lost originals. All are logged. */
  readonly lostOriginals: readonly string[]
  /** The assets of the first 100 damaged originals. All are logged. */
  readonly damagedOriginals: readonly string[]
  /** Storages at which the run has stopped: they are down, or most expected objects are missing. */
  readonly stopped: readonly StoppedStorage[]
  readonly dryRun: boolean
  readonly interrupted: boolean
  /** The last asset up to which everything is done; `null`: none. */
  readonly lastId: string | null
}

const DEFAULT_CONCURRENCY = 10
const LISTED_ORIGINALS = 100

/**
 * Asks the storages for the object of every original and text track, and of every `ready`, `stale`, `missing` and `failed` variant
 * with a key, of deliverable assets. Variants without their object become `missing`, and missing ones whose object is
 * found again become `ready`; a lost, damaged or healed original is noted on its asset. A previously damaged original
 * is read in full, even without `checksum`, before it counts as intact.
 *
 * Stops at a storage that is down; and, unless it is forced, at one where more than half of the objects that should be
 * there are missing, of at least twenty, before the rows of that page are changed. Safe to repeat, to interrupt, and to
 * run beside workers: a variant that changes meanwhile is left to the next run. `unknown_profile`, `unknown_variant`;
 * `invalid_input` for an unknown storage.
 */
export async function verifyStorage(
  runtime: Runtime,
  options: VerifyStorageOptions = {},
): Promise<VerifyStorageReport> {
  const scope = options.profile === undefined ? 'all' : 'profile'
  const dryRun = options.dryRun ?? false
  return runOperation(runtime, { operation: 'verify_storage', scope, dry_run: dryRun }, async () => {
    const profiles = profilesIn(runtime, options.profile)
    const storages = storagesIn(runtime, options.storage)
    assertAfter(options.after)
    if (options.variant !== undefined) await assertVariantName(runtime, profiles, options.variant)
    return new Verification(runtime, options).run(profiles, storages)
  })
}

/** The observation of one object. Nothing is done about it before its whole page is observed. */
type Sight = { readonly asset: StoredAsset } & (
  | { readonly variant: null; readonly seen: OriginalSight }
  | { readonly variant: StoredVariant; readonly isThere: boolean }
  | { readonly track: StoredTrack; readonly isThere: boolean }
)

class Verification {
  readonly #runtime: Runtime
  readonly #options: VerifyStorageOptions
  readonly #concurrency: number
  readonly #isDryRun: boolean
  readonly #watch: StorageWatch
  readonly #lostOriginals: string[] = []
  readonly #damagedOriginals: string[] = []
  readonly #counts = {
    checked: 0,
    present: 0,
    missing: 0,
    fsmBlocked: 0,
    tracksChecked: 0,
    tracksLost: 0,
    errors: 0,
    originalsChecked: 0,
    originalsLost: 0,
    originalsDamaged: 0,
    originalsHealed: 0,
  }
  #sights: Sight[] = []
  /** Whether the signal cut off the check of an object. */
  #isCutOff = false
  #lastId: string | null

  constructor(runtime: Runtime, options: VerifyStorageOptions) {
    this.#runtime = runtime
    this.#options = options
    this.#concurrency = options.concurrency ?? DEFAULT_CONCURRENCY
    this.#isDryRun = options.dryRun ?? false
    this.#watch = new StorageWatch(runtime.logger)
    this.#lastId = options.after ?? null
  }

  async run(profiles: readonly string[], storages: readonly string[]): Promise<VerifyStorageReport> {
    const { interrupted } = await walk(this.#watch.until(this.#pages(profiles), storages), {
      ...this.#options,
      concurrency: this.#concurrency,
      counts: this.#counts,
      each: (asset) => this.#look(asset),
      total: () => countAssets(this.#runtime.database, { ...this.#options, states: DELIVERABLE, profiles }),
    })
    return {
      ...this.#counts,
      lostOriginals: this.#lostOriginals,
      damagedOriginals: this.#damagedOriginals,
      stopped: this.#watch.stopped,
      dryRun: this.#isDryRun,
      interrupted: interrupted || this.#isCutOff,
      lastId: this.#lastId,
    }
  }

  async *#pages(profiles: readonly string[]): AsyncGenerator<StoredAsset[]> {
    for await (const page of storedAssets(this.#runtime.database, { ...this.#options, profiles })) {
      const last = page.at(-1)?.id ?? null
      try {
        yield page
      } finally {
        // After an interruption, too: the observations so far count.
        await this.#settlePage()
      }
      if (this.#watch.stopped.length === 0 && !this.#isCutOff) this.#lastId = last
    }
  }

  async #look(asset: StoredAsset): Promise<void> {
    if (this.#options.variant === undefined) {
      const seen = await this.#ask(asset, () => seeOriginal(this.#runtime, asset, this.#options))
      if (seen === 'error') this.#counts.originalsChecked += 1
      else if (seen !== 'stopped') this.#sights.push({ asset, variant: null, seen })
      await this.#lookAtTracks(asset)
    }
    for (const variant of asset.variants) {
      const isThere = await this.#ask(asset, () => seePart(this.#runtime, asset, variant, this.#options.signal))
      if (isThere === 'error') this.#counts.checked += 1
      else if (isThere !== 'stopped') this.#sights.push({ asset, variant, isThere })
    }
  }

  async #lookAtTracks(asset: StoredAsset): Promise<void> {
    for (const track of asset.tracks) {
      const isThere = await this.#ask(asset, () => seePart(this.#runtime, asset, track, this.#options.signal))
      if (isThere === 'error') this.#counts.tracksChecked += 1
      else if (isThere !== 'stopped') this.#sights.push({ asset, track, isThere })
    }
  }

  async #ask<T>({ id, storage }: StoredAsset, call: () => Promise<T>): Promise<T | 'error' | 'stopped'> {
    if (this.#watch.isStopped(storage) || this.#isCutOff) return 'stopped'
    try {
      const answer = await call()
      this.#watch.answered(storage)
      return answer
    } catch (error) {
      if (this.#options.signal?.aborted === true) {
        this.#isCutOff = true
        return 'stopped'
      }
      this.#counts.errors += 1
      this.#watch.failed(storage, error, { assetId: id }, 'An object could not be verified.')
      return 'error'
    }
  }

  /** Acts on the observations of a page, unless they are implausible. */
  async #settlePage(): Promise<void> {
    const sights = this.#sights
    this.#sights = []
    for (const sight of sights) this.#watch.saw(sight.asset.storage, weightOf(sight))
    if (this.#options.force !== true) this.#watch.stopWhereMissing()
    const believed = sights.filter(({ asset }) => !this.#watch.isStopped(asset.storage))
    const each = (sight: Sight): Promise<void> => this.#settle(sight)
    await walk([believed], { concurrency: this.#concurrency, counts: this.#counts, each })
  }

  async #settle(sight: Sight): Promise<void> {
    const { asset } = sight
    try {
      if ('track' in sight) await this.#settleTrack(asset, sight.track, sight.isThere)
      else if (sight.variant === null) await this.#settleOriginal(asset, sight.seen)
      else await this.#settleVariant(asset, sight.variant, sight.isThere)
    } catch (error) {
      this.#counts.errors += 1
      this.#runtime.logger.error(
        { assetId: asset.id, ...errorFields(error) },
        'The state of an object could not be recorded.',
      )
    }
  }

  async #settleOriginal(asset: StoredAsset, seen: OriginalSight): Promise<void> {
    const outcome = await noteOriginal(this.#runtime, asset, seen, this.#isDryRun)
    if (outcome === 'moved_on') return
    this.#counts.originalsChecked += 1
    if (outcome === 'healed') this.#counts.originalsHealed += 1
    if (outcome === 'lost') this.#counts.originalsLost += 1
    if (outcome === 'damaged') this.#counts.originalsDamaged += 1
    const listed = outcome === 'lost' ? this.#lostOriginals : outcome === 'damaged' ? this.#damagedOriginals : null
    if (listed !== null && listed.length < LISTED_ORIGINALS) listed.push(asset.id)
  }

  async #settleTrack(asset: StoredAsset, track: StoredTrack, isThere: boolean): Promise<void> {
    const outcome = await noteTrack(this.#runtime, asset, { track, isThere, isDryRun: this.#isDryRun })
    if (outcome === 'moved_on') return
    this.#counts.tracksChecked += 1
    if (outcome === 'lost') this.#counts.tracksLost += 1
  }

  async #settleVariant(asset: StoredAsset, variant: StoredVariant, isThere: boolean): Promise<void> {
    const outcome = await noteVariant(this.#runtime, asset, { variant, isThere, isDryRun: this.#isDryRun })
    if (outcome === 'moved_on') return
    this.#counts.checked += 1
    this.#counts[outcome] += 1
  }
}

/** The weight of an observation for its storage: objects that were missing or damaged before have none. Pure. */
function weightOf(sight: Sight): { readonly seen: number; readonly amiss: number } {
  if ('seen' in sight) return weighed(sight.seen.is === 'whole', sight.asset.isDamaged)
  return weighed(sight.isThere, 'track' in sight ? sight.track.isDamaged : sight.variant.state === 'missing')
}

function weighed(isFine: boolean, isNoNews: boolean): { readonly seen: number; readonly amiss: number } {
  if (isFine) return { seen: 1, amiss: 0 }
  return isNoNews ? { seen: 0, amiss: 0 } : { seen: 1, amiss: 1 }
}
