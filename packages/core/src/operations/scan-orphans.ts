import { counted } from '../domain/counted.ts'
import { isManagedKey } from '../domain/keys.ts'
import { isImplausible } from '../domain/plausibility.ts'
import { requireCapability } from '../kernel/require-capability.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { isOutage } from '../kernel/storage-adapter/outage.ts'
import type { StorageAdapter } from '../ports/storage.ts'
import { countNamedObjects } from './count-rows.ts'
import { type Candidate, type Orphan, withoutDeletion, withoutRow } from './orphan-candidates.ts'
import { runOperation } from './run-operation.ts'
import { assertSeconds, storagesIn } from './scope.ts'
import { type StoppedStorage, StorageWatch } from './storage-watch.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link scanOrphans}. */
export interface ScanOptions extends WalkOptions {
  /** Deletes; otherwise it only reports. @default false */
  readonly live?: boolean
  /** Only keys that begin with this. @default every key */
  readonly prefix?: string
  /** Skips younger objects: their rows may be about to be written. @default 86400 */
  readonly graceSeconds?: number
  /** Deletes even where most objects are unknown, or no asset is known. @default false */
  readonly force?: boolean
  /** Only this storage. @default all */
  readonly storage?: string
  /** Called for every orphan. */
  readonly onOrphan?: (orphan: Orphan) => void
}

/** The results of {@link scanOrphans}, or its findings. */
export interface ScanReport {
  /** Objects under keys in Rindle's form, and unfinished uploads. */
  readonly scanned: number
  /** Orphans. */
  readonly matched: number
  readonly deleted: number
  /** Sum of the orphans' sizes. */
  readonly bytes: number
  readonly errors: number
  /**
   * Storages in which nothing, or not everything, was deleted: they are down, or hold so many unknown objects that this
   * database may be the wrong one.
   */
  readonly stopped: readonly StoppedStorage[]
  readonly dryRun: boolean
  readonly interrupted: boolean
}

const DEFAULT_GRACE_SECONDS = 86_400
const BATCH_SIZE = 500

/**
 * Finds objects, and unfinished multipart uploads, that no asset, variant, text track or upload session refers to: leftovers of a
 * killed worker or of a purge without an answer. With `live` it deletes them, so an instance with another database that
 * shares the bucket needs a prefix of its own. Objects whose key does not have Rindle's form belong to an application,
 * such as those of {@link store}; they are neither counted nor deleted. Every unfinished upload is checked.
 *
 * A live run reads each storage twice, and deletes in the second pass. Without `force` it deletes nothing where no
 * asset is known to be in the storage, or where more than half of the objects older than the grace period, of at least
 * twenty, are unknown. It skips a storage that is down. Safe to repeat and to interrupt. `capability_unsupported` for a
 * storage that cannot list, `invalid_input`.
 */
export async function scanOrphans(runtime: Runtime, options: ScanOptions = {}): Promise<ScanReport> {
  const dryRun = !(options.live ?? false)
  return runOperation(runtime, { operation: 'scan_orphans', scope: 'all', dry_run: dryRun }, async () => {
    assertSeconds('graceSeconds', options.graceSeconds ?? DEFAULT_GRACE_SECONDS)
    const names = storagesIn(runtime, options.storage)
    for (const name of names) requireCapability(storageOf(runtime, name), 'list', 'maintenance')
    return new OrphanScan(runtime, options, dryRun).run(names)
  })
}

class OrphanScan {
  readonly #runtime: Runtime
  readonly #options: ScanOptions
  readonly #dryRun: boolean
  readonly #olderThan: number
  readonly #watch: StorageWatch
  readonly #counts = { scanned: 0, matched: 0, deleted: 0, bytes: 0, errors: 0 }

  constructor(runtime: Runtime, options: ScanOptions, dryRun: boolean) {
    this.#runtime = runtime
    this.#options = options
    this.#dryRun = dryRun
    this.#olderThan = runtime.now().getTime() - (options.graceSeconds ?? DEFAULT_GRACE_SECONDS) * 1_000
    this.#watch = new StorageWatch(runtime.logger)
  }

  async run(names: readonly string[]): Promise<ScanReport> {
    let interrupted = false
    for (const name of names) if (!interrupted) interrupted = await this.#scanOrStop(name)
    return { ...this.#counts, stopped: this.#watch.stopped, dryRun: this.#dryRun, interrupted }
  }

  /** Whether it was interrupted. */
  async #scanOrStop(storage: string): Promise<boolean> {
    try {
      return await this.#scan(storage)
    } catch (error) {
      if (!isOutage(error)) throw error
      this.#counts.errors += 1
      this.#watch.stop(storage, 'unavailable', `${error.message} Run this again when the storage answers.`)
      return false
    }
  }

  async #scan(storage: string): Promise<boolean> {
    if (this.#dryRun || this.#options.force === true) return this.#walk(storage, (batch) => this.#take(batch))
    const before = { ...this.#counts }
    const isInterrupted = await this.#walk(storage, (batch) => this.#look(storage, batch))
    if (isInterrupted || (await this.#isImplausible(storage))) return isInterrupted
    // Counted again: an unknown object may be known by now, or gone.
    Object.assign(this.#counts, before)
    return this.#walk(storage, (batch) => this.#take(batch))
  }

  async #walk(storage: string, each: (batch: readonly Candidate[]) => Promise<void>): Promise<boolean> {
    const plan = { ...this.#options, concurrency: 1, counts: this.#counts, each, sizeOf }
    const total = this.#seesAll() ? { total: () => countNamedObjects(this.#runtime.database) } : {}
    return (await walk(this.#batches(storage), { ...plan, ...total })).interrupted
  }

  /** Rows do not say how many objects are in a storage, or below a prefix. */
  #seesAll(): boolean {
    return this.#options.prefix === undefined && Object.keys(this.#runtime.storages).length === 1
  }

  /** All candidates of a batch have the same kind. */
  async *#batches(storage: string): AsyncGenerator<[readonly Candidate[]]> {
    for (const candidates of [this.#objects(storage), this.#uploads(storage)]) {
      for await (const batch of inBatches(candidates)) {
        yield [batch]
        if (this.#watch.isStopped(storage)) return
      }
    }
  }

  async *#objects(storage: string): AsyncGenerator<Candidate> {
    const listed = storageOf(this.#runtime, storage).list(this.#options.prefix ?? '')
    for await (const { key, byteSize, lastModified } of listed) {
      yield { storage, key, byteSize, at: lastModified, uploadId: null }
    }
  }

  async *#uploads(storage: string): AsyncGenerator<Candidate> {
    const { capabilities, multipart } = storageOf(this.#runtime, storage)
    if (!capabilities.has('multipart_upload')) return
    for await (const { key, uploadId, initiatedAt } of multipart.listUploads(this.#options.prefix ?? '')) {
      yield { storage, key, byteSize: null, at: initiatedAt, uploadId }
    }
  }

  /** The first pass of a live run. */
  async #look(storage: string, batch: readonly Candidate[]): Promise<void> {
    const { old, orphans } = await this.#examine(batch)
    this.#watch.saw(storage, { seen: old.length, amiss: orphans.length })
  }

  /** Reports the orphans of a batch, and deletes them in a live run. */
  async #take(batch: readonly Candidate[]): Promise<void> {
    const { orphans } = await this.#examine(batch)
    for (const { storage, key, byteSize, at } of orphans) this.#options.onOrphan?.({ storage, key, byteSize, at })
    const [first] = orphans
    if (!this.#dryRun && first !== undefined) await this.#delete(first.storage, orphans)
  }

  async #examine(
    batch: readonly Candidate[],
  ): Promise<{ readonly old: readonly Candidate[]; readonly orphans: readonly Candidate[] }> {
    const ours = batch.filter(({ key, uploadId }) => uploadId !== null || isManagedKey(key))
    const old = ours.filter(({ at }) => at.getTime() < this.#olderThan)
    const orphans = await withoutDeletion(this.#runtime, await withoutRow(this.#runtime, old))
    this.#counts.scanned += ours.length
    this.#counts.matched += orphans.length
    this.#counts.bytes += orphans.reduce((sum, { byteSize }) => sum + (byteSize ?? 0), 0)
    return { old, orphans }
  }

  /** Stops at a storage whose objects may belong to another database. */
  async #isImplausible(storage: string): Promise<boolean> {
    const { seen, amiss } = this.#watch.seenOf(storage)
    if (amiss === 0) return false
    if (!(await hasAssets(this.#runtime, storage))) {
      const what = `${unknownOf(seen, amiss)}, and the database knows no asset in it.`
      this.#watch.stop(storage, 'no_assets', `${what} ${ADVICE}`)
    } else if (isImplausible({ seen, amiss })) {
      this.#watch.stop(storage, 'mostly_unknown', `${unknownOf(seen, amiss)}. ${ADVICE}`)
    }
    return this.#watch.isStopped(storage)
  }

  async #delete(storage: string, orphans: readonly Candidate[]): Promise<void> {
    const failures = await deleteOrphans(storageOf(this.#runtime, storage), orphans)
    this.#counts.deleted += orphans.length - failures.length
    this.#counts.errors += failures.length
    if (failures.length < orphans.length) this.#watch.answered(storage)
    for (const { key, error } of failures) {
      this.#watch.failed(storage, error, { storage, key }, 'An orphan could not be deleted.')
    }
  }
}

const sizeOf = (batch: readonly Candidate[]): number => batch.length

const ADVICE =
  'Nothing was deleted. Check that this database belongs to the storage, and list the objects in a dry run. To delete them, use the option force.'

function unknownOf(seen: number, amiss: number): string {
  return `${amiss} of its ${counted(seen, 'old object')} ${amiss === 1 ? 'is' : 'are'} unknown`
}

async function hasAssets({ database }: Runtime, storage: string): Promise<boolean> {
  const { rows } = await database.executeSql('select 1 from rindle.media_assets where storage = $1::text limit 1', [
    storage,
  ])
  return rows.length > 0
}

async function* inBatches<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = []
  for await (const item of items) {
    batch.push(item)
    if (batch.length < BATCH_SIZE) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** Deletes as many as possible; returns the rest, with the reasons. */
async function deleteOrphans(
  storage: StorageAdapter,
  orphans: readonly Candidate[],
): Promise<readonly { readonly key: string; readonly error: unknown }[]> {
  const objects = orphans.filter(({ uploadId }) => uploadId === null).map(({ key }) => key)
  const failures: { key: string; error: unknown }[] =
    objects.length === 0 ? [] : [...(await deleteAll(storage, objects))]
  for (const { key, uploadId } of orphans) {
    if (uploadId === null) continue
    await storage.multipart.abort(key, uploadId).catch((error: unknown) => failures.push({ key, error }))
  }
  return failures
}

async function deleteAll(
  storage: StorageAdapter,
  keys: readonly string[],
): Promise<readonly { readonly key: string; readonly error: unknown }[]> {
  try {
    return await storage.deleteMany(keys)
  } catch (error) {
    return keys.map((key) => ({ key, error }))
  }
}
