import { isRindleError, RindleError } from '../../domain/errors.ts'
import { copyAcross } from '../../kernel/copy-across.ts'
import { type Runtime, storageOf } from '../../kernel/runtime.ts'
import type { TenantOption } from '../../kernel/sql/of-tenant.ts'
import { countRows } from '../count-rows.ts'
import { runOperation } from '../run-operation.ts'
import { assertAfter, assertSeconds, profilesIn, storagesIn } from '../scope.ts'
import { type StoppedStorage, StorageWatch } from '../storage-watch.ts'
import { type WalkOptions, walk } from '../walk.ts'
import {
  type MovableAsset,
  type MovableObject,
  type MoveScope,
  movableAssetById,
  movableAssets,
  movableRows,
} from './movable-assets.ts'
import { beginMoves, endMoves, finishMove, type MoveEnd } from './move-rows.ts'
import { assertDelivers, assertTwoPlaces } from './places.ts'

/** Options of {@link moveStorage}. */
export interface MoveStorageOptions<P extends string = string> extends WalkOptions, TenantOption {
  /** The storage that the assets move to. */
  readonly to: string
  /** Only assets in this storage. @default all others */
  readonly from?: string
  /** Only assets of this profile. @default all */
  readonly profile?: P
  /** Copies and moves; otherwise it only counts. @default false */
  readonly live?: boolean
  /** Assets at once. @default 4 */
  readonly concurrency?: number
  /**
   * How long the old objects stay after their asset has moved, in seconds. Public URLs never expire: give the time in
   * which you can redirect them. @default the longest lifetime of a URL, which is also the least
   */
  readonly keepSeconds?: number
  /** Continues after this asset. A run without it continues, too: it finds only what has not moved. @default the first */
  readonly after?: string
}

/** The results of {@link moveStorage}, or its findings. */
export interface MoveStorageReport {
  /** Assets in another storage than the target. */
  readonly found: number
  /** Those that are in the target now. */
  readonly moved: number
  /** Copied originals, variants and text tracks. A dry run counts what it would copy. */
  readonly objects: number
  /** Bytes of them. */
  readonly bytes: number
  /** Assets in work: a worker makes a variant of them, or their former objects are being deleted. Run again. */
  readonly busy: number
  /** Assets that stay where they were adopted. */
  readonly inPlace: number
  /** Assets whose original is lost or damaged. Nothing of them moves. */
  readonly damaged: number
  readonly errors: number
  /** The first 100 assets that stay where they were adopted. */
  readonly inPlaceAssets: readonly string[]
  /** The first 100 assets with a lost or damaged original. */
  readonly damagedAssets: readonly string[]
  /** Storages that are down: their assets were skipped after the first errors. */
  readonly stopped: readonly StoppedStorage[]
  readonly dryRun: boolean
  readonly interrupted: boolean
  /** The last asset up to which everything was looked at; `null`: none. */
  readonly lastId: string | null
}

const DEFAULT_CONCURRENCY = 4
const LISTED_ASSETS = 100
/** An asset that changes this often while it is copied is left to the next run. */
const MAX_ROUNDS = 4

/**
 * Moves assets into another storage: copies each original with its variants and text tracks, compares every copy by size
 * and SHA-256, and lets the rows name the new storage in one guarded transaction. The old objects are deleted by a job
 * when every URL that was issued before has expired. Without `live` it counts, and asks no storage.
 *
 * Safe to repeat, to interrupt and to kill at any moment: a run finds only what has not moved, and copies again only the
 * assets that were in hand. Runs beside workers, uploads and requests: an asset that changes while it is copied is looked
 * at again, and one that a worker works on is left to the next run. Give the profile its new storage first, so that new
 * uploads arrive there. One run at a time. `invalid_input`, `unknown_profile`, `capability_unsupported` where the target
 * cannot deliver.
 */
export async function moveStorage(runtime: Runtime, options: MoveStorageOptions): Promise<MoveStorageReport> {
  const dryRun = !(options.live ?? false)
  const scope = options.profile === undefined ? 'all' : 'profile'
  return runOperation(runtime, { operation: 'move_storage', scope, dry_run: dryRun }, async () => {
    const profiles = profilesIn(runtime, options.profile)
    const { to, from, after, tenant } = options
    const within = tenant === undefined ? {} : { tenant }
    // oxlint-disable-next-line typescript/no-unnecessary-type-conversion -- A caller without types may name none.
    storagesIn(runtime, String(to))
    storagesIn(runtime, from)
    assertAfter(after)
    if (from === to) throw new RindleError('invalid_input', `The assets of "${to}" are already there.`)
    const keepSeconds = keepSecondsOf(runtime, options)
    assertDelivers(runtime, to, profiles)
    return new StorageMove(runtime, { ...options, live: !dryRun, keepSeconds }).run({
      ...within,
      profiles,
      to,
      from,
      after,
    })
  })
}

function keepSecondsOf(runtime: Runtime, { keepSeconds }: MoveStorageOptions): number {
  const least = runtime.maxDeliveryExpiresInSeconds
  if (keepSeconds === undefined) return least
  assertSeconds('keepSeconds', keepSeconds)
  if (keepSeconds >= least) return keepSeconds
  throw new RindleError('invalid_input', `keepSeconds must be at least ${least}, the longest lifetime of a URL.`)
}

type Plan = MoveStorageOptions & { readonly live: boolean; readonly keepSeconds: number }

class StorageMove {
  readonly #runtime: Runtime
  readonly #plan: Plan
  readonly #watch: StorageWatch
  readonly #lists = { inPlaceAssets: [] as string[], damagedAssets: [] as string[] }
  readonly #counts = { found: 0, moved: 0, objects: 0, bytes: 0, busy: 0, inPlace: 0, damaged: 0, errors: 0 }
  readonly #places = new Map<string, Promise<void>>()
  /** The assets of the page whose move may begin, and how far each has come. */
  #begun: ReadonlySet<string> = new Set()
  readonly #ended = new Set<string>()
  readonly #touched = new Set<string>()
  #lastId: string | null
  #isCutOff = false

  constructor(runtime: Runtime, plan: Plan) {
    this.#runtime = runtime
    this.#plan = plan
    this.#watch = new StorageWatch(runtime.logger)
    this.#lastId = plan.after ?? null
  }

  async run(scope: MoveScope): Promise<MoveStorageReport> {
    const { interrupted } = await walk(this.#watch.until(this.#pages(scope), [scope.to]), {
      ...this.#plan,
      concurrency: this.#plan.concurrency ?? DEFAULT_CONCURRENCY,
      counts: this.#counts,
      each: (asset) => this.#moveOrNote(asset),
      total: () => countRows(this.#runtime.database, ...movableRows(scope)),
    })
    return {
      ...this.#counts,
      ...this.#lists,
      stopped: this.#watch.stopped,
      dryRun: !this.#plan.live,
      interrupted: interrupted || this.#isCutOff,
      lastId: this.#lastId,
    }
  }

  async *#pages(scope: MoveScope): AsyncGenerator<MovableAsset[]> {
    for await (const page of movableAssets(this.#runtime.database, scope)) {
      const ids = page.map(({ id }) => id)
      if (!this.#plan.live) yield page
      else {
        this.#begun = await beginMoves(this.#runtime, ids, scope.to, this.#plan.keepSeconds)
        try {
          yield page
        } finally {
          await this.#endPage(scope.to)
        }
      }
      if (this.#watch.stopped.length === 0 && !this.#isCutOff) this.#lastId = ids.at(-1) ?? this.#lastId
    }
  }

  async #endPage(to: string): Promise<void> {
    const left = [...this.#begun].filter((id) => !this.#ended.has(id))
    const [touched, untouched] = [
      left.filter((id) => this.#touched.has(id)),
      left.filter((id) => !this.#touched.has(id)),
    ]
    await endMoves(this.#runtime, { touched, untouched }, to)
    this.#ended.clear()
    this.#touched.clear()
  }

  async #moveOrNote(asset: MovableAsset): Promise<void> {
    const { to } = this.#plan
    if (this.#watch.isStopped(asset.storage) || this.#watch.isStopped(to)) return
    this.#counts.found += 1
    if (asset.isInPlace) return this.#note('inPlace', asset.id)
    if (asset.isDamaged) return this.#note('damaged', asset.id)
    try {
      await this.#assertTwoPlaces(asset.storage)
      if (!this.#plan.live) this.#count([asset.original, ...asset.parts])
      else await this.#move(asset)
    } catch (error) {
      if (isRindleError(error, 'invalid_input')) throw error
      if (this.#plan.signal?.aborted === true) this.#isCutOff = true
      else this.#failed(asset, error)
    }
  }

  #assertTwoPlaces(from: string): Promise<void> {
    const known =
      this.#places.get(from) ?? assertTwoPlaces(this.#runtime, { from, to: this.#plan.to }, !this.#plan.live)
    this.#places.set(from, known)
    return known
  }

  /** Copies what has no copy yet, until nothing has changed in between. */
  async #move(first: MovableAsset): Promise<void> {
    const { to } = this.#plan
    if (!this.#begun.has(first.id)) return this.#isBusy()
    const copies = new Map<string, string>()
    let asset: MovableAsset | null = first
    for (let round = 1; asset !== null && round <= MAX_ROUNDS; round += 1) {
      if (asset.storage === to) return this.#end(asset.id)
      if (asset.isBusy) return this.#isBusy()
      const copied = await this.#copy(asset, copies)
      const end = await finishMove(this.#runtime, asset, { to, keepSeconds: this.#plan.keepSeconds, ...copied })
      if (end !== 'changed') return this.#conclude(asset, end, copies)
      asset = await movableAssetById(this.#runtime.database, asset.id)
    }
    return this.#isBusy()
  }

  /** The original last: an asset whose original is there has everything there. */
  async #copy(asset: MovableAsset, copies: Map<string, string>): Promise<{ readonly etag: string }> {
    const ends = {
      from: storageOf(this.#runtime, asset.storage),
      to: storageOf(this.#runtime, this.#plan.to),
      signal: this.#plan.signal,
    }
    for (const object of asset.parts) {
      if (copies.get(object.key)?.startsWith(`${object.version}:`)) continue
      this.#plan.signal?.throwIfAborted()
      this.#touched.add(asset.id)
      const stored = await unlessNeedless(object, () => copyAcross(ends, object))
      if (stored === undefined) continue
      copies.set(object.key, `${object.version}:`)
      this.#count([object])
    }
    const etag = copies.get(asset.original.key)
    if (etag !== undefined) return { etag }
    this.#touched.add(asset.id)
    const original = await copyAcross(ends, asset.original)
    copies.set(asset.original.key, original.etag)
    this.#count([asset.original])
    return { etag: original.etag }
  }

  async #conclude(asset: MovableAsset, end: MoveEnd, copies: ReadonlyMap<string, string>): Promise<void> {
    this.#watch.answered(asset.storage)
    this.#watch.answered(this.#plan.to)
    if (end === 'busy') return this.#isBusy()
    this.#end(asset.id)
    if (end === 'moved') this.#counts.moved += 1
    // Its purge may have looked before these copies were there.
    else await storageOf(this.#runtime, this.#plan.to).deleteMany([...copies.keys()])
  }

  #count(objects: readonly MovableObject[]): void {
    this.#counts.objects += objects.length
    this.#counts.bytes += objects.reduce((sum, { byteSize }) => sum + byteSize, 0)
  }

  #isBusy(): void {
    this.#counts.busy += 1
  }

  #end(id: string): void {
    this.#ended.add(id)
  }

  #note(what: 'inPlace' | 'damaged', id: string): void {
    this.#counts[what] += 1
    const list = this.#lists[`${what}Assets`]
    if (list.length < LISTED_ASSETS) list.push(id)
  }

  #failed({ id, storage }: MovableAsset, error: unknown): void {
    this.#counts.errors += 1
    const isLost = isRindleError(error, 'storage_object_missing')
    const advice = isLost ? 'Run `rindle verify-storage`, then move it again.' : 'It stays where it is.'
    // The reader of the source fails with the error of its storage, the writer with that of the target.
    const failing = isRindleError(error) && isOfTarget(error) ? this.#plan.to : storage
    this.#watch.failed(failing, error, { assetId: id }, `An asset could not be moved. ${advice}`)
  }
}

/** Whether an error came from a call that only the target gets. */
function isOfTarget({ details }: RindleError): boolean {
  return details['operation'] === 'put' || details['operation'] === 'copyFrom'
}

/** A variant that is missing or has failed may have no object. */
async function unlessNeedless<T>({ isNeeded }: MovableObject, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    const isAmiss = isRindleError(error, 'storage_object_missing') || isRindleError(error, 'checksum_mismatch')
    if (!isNeeded && isAmiss) return undefined
    throw error
  }
}
