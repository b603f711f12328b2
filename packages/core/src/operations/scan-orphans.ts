import { validate } from 'uuid'
import { companionOwner, isManagedKey } from '../domain/keys.ts'
import { deletionKey } from '../domain/queues.ts'
import { errorFields } from '../ports/logger.ts'
import type { StorageAdapter } from '../ports/storage.ts'
import { requireCapability } from '../require-capability.ts'
import { number } from '../rows/row-values.ts'
import { OPEN_SESSION } from '../rows/state-literals.ts'
import { type Runtime, storageOf } from '../runtime.ts'
import { countRows, type RowCount, sumOf } from './count-rows.ts'
import { runOperation } from './run-operation.ts'
import { assertSeconds, storagesIn } from './scope.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link scanOrphans}. */
export interface ScanOptions extends WalkOptions {
  /** Deletes; otherwise it only reports. @default false */
  readonly live?: boolean
  /** Only keys that begin with this. @default every key */
  readonly prefix?: string
  /** Leaves alone what is younger: its row may be about to be written. @default 86400 */
  readonly graceSeconds?: number
  /** Only this storage. @default all */
  readonly storage?: string
  /** Called for every orphan that is found. */
  readonly onOrphan?: (orphan: Orphan) => void
}

/** Something in a storage that no row knows. */
export interface Orphan {
  /** The name of the storage. */
  readonly storage: string
  readonly key: string
  /** `null` for an unfinished multipart upload. */
  readonly byteSize: number | null
  /** When it was written, or begun. */
  readonly at: Date
}

/** What {@link scanOrphans} did, or found. */
export interface ScanReport {
  /** Objects under keys of Rindle's form, and unfinished uploads. */
  readonly scanned: number
  /** Orphans. */
  readonly matched: number
  readonly deleted: number
  /** Sum of the orphans' sizes. */
  readonly bytes: number
  readonly errors: number
  readonly dryRun: boolean
  readonly interrupted: boolean
}

const DEFAULT_GRACE_SECONDS = 86_400
const BATCH_SIZE = 500

/**
 * Finds objects, and unfinished multipart uploads, that no asset, variant or upload session knows: what a killed worker
 * or a purge without an answer has left. With `live` they are deleted, so an instance on another database that shares the
 * bucket needs a prefix of its own. Objects whose key is not of the form that Rindle makes are an application's, such as
 * those of {@link store}, and are neither counted nor deleted; of unfinished uploads every one is looked at. Safe to repeat
 * and to interrupt. `capability_unsupported` for a storage that cannot list, `invalid_input`.
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

/** What a storage has listed. */
interface Candidate extends Orphan {
  /** Of an unfinished multipart upload. */
  readonly uploadId: string | null
}

class OrphanScan {
  readonly #runtime: Runtime
  readonly #options: ScanOptions
  readonly #dryRun: boolean
  readonly #olderThan: number
  readonly #counts = { scanned: 0, matched: 0, deleted: 0, bytes: 0, errors: 0 }

  constructor(runtime: Runtime, options: ScanOptions, dryRun: boolean) {
    this.#runtime = runtime
    this.#options = options
    this.#dryRun = dryRun
    this.#olderThan = runtime.now().getTime() - (options.graceSeconds ?? DEFAULT_GRACE_SECONDS) * 1_000
  }

  async run(names: readonly string[]): Promise<ScanReport> {
    const { interrupted } = await walk(this.#batches(names), {
      ...this.#options,
      concurrency: 1,
      counts: this.#counts,
      each: (batch) => this.#examine(batch),
      sizeOf: (batch) => batch.length,
      ...(this.#seesAll() ? { total: () => this.#countExpected() } : {}),
    })
    return { ...this.#counts, dryRun: this.#dryRun, interrupted }
  }

  #seesAll(): boolean {
    return this.#options.prefix === undefined && this.#options.storage === undefined
  }

  /** So many objects as rows name; what a storage holds besides is what is looked for. */
  async #countExpected(): Promise<RowCount> {
    const { database } = this.#runtime
    const assets = await countRows(database, 'rindle.media_assets', [])
    const variants = await countRows(database, 'rindle.media_variants where storage_key is not null', [])
    return { ...sumOf([assets, variants]), isEstimate: true }
  }

  /** A batch is of one storage, and of one kind. */
  async *#batches(names: readonly string[]): AsyncGenerator<[readonly Candidate[]]> {
    for (const name of names) {
      for await (const objects of inBatches(this.#objects(name))) yield [objects]
      for await (const uploads of inBatches(this.#uploads(name))) yield [uploads]
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

  async #examine(batch: readonly Candidate[]): Promise<void> {
    const ours = batch.filter(({ key, uploadId }) => uploadId !== null || isManagedKey(key))
    this.#counts.scanned += ours.length
    const old = ours.filter(({ at }) => at.getTime() < this.#olderThan)
    const orphans = await withoutDeletion(this.#runtime, await withoutRow(this.#runtime, old))
    this.#counts.matched += orphans.length
    for (const { storage, key, byteSize, at } of orphans) {
      this.#counts.bytes += byteSize ?? 0
      this.#options.onOrphan?.({ storage, key, byteSize, at })
    }
    const [first] = orphans
    if (!this.#dryRun && first !== undefined) await this.#delete(storageOf(this.#runtime, first.storage), orphans)
  }

  async #delete(storage: StorageAdapter, orphans: readonly Candidate[]): Promise<void> {
    const failures = await deleteOrphans(storage, orphans)
    this.#counts.deleted += orphans.length - failures.length
    this.#counts.errors += failures.length
    for (const { key, error } of failures) {
      const fields = { storage: storage.name, key, ...errorFields(error) }
      this.#runtime.logger.error(fields, 'An orphan could not be deleted.')
    }
  }
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

/**
 * Those that no row names. An object is known by its key, in whichever storage its row has it: two configured storages
 * may lead to one bucket. A staged object is its asset's until that is promoted; what then still lies there is nobody's.
 * An unfinished upload, and a piece of one, is known by the open session that it belongs to. What an earlier attempt left
 * at the key of a variant that waits or is being made is known too: a worker may put it there anew at any moment, and its
 * row names it only then.
 */
async function withoutRow(runtime: Runtime, candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
  if (candidates.length === 0) return []
  const { rows } = await runtime.database.executeSql(
    `select position::int as position
     from jsonb_to_recordset($1::jsonb) as candidate(
       position int, key text, owner text, "assetId" uuid, "uploadId" text)
     where case when "uploadId" is null
       then not exists (select 1 from rindle.media_assets where storage_key = candidate.key)
         and not exists (select 1 from rindle.media_variants where storage_key = candidate.key)
         and not exists (select 1 from rindle.media_variants
           where asset_id = candidate."assetId" and state in ('queued', 'processing')
             and starts_with(split_part(candidate.key, '/', 3), name || '-' || left(recipe_digest, 16)))
         and not exists (select 1 from rindle.media_upload_sessions
           where upload_key = candidate.owner and state in (${OPEN_SESSION}))
       else not exists (
         select 1 from rindle.media_upload_sessions as session
         where session.upload_key = candidate.key and session.multipart_upload_id = candidate."uploadId"
           and session.state in (${OPEN_SESSION}))
     end`,
    [
      JSON.stringify(
        candidates.map(({ key, uploadId }, position) => {
          const assetId = assetIdIn(key)
          return { position, key, owner: companionOwner(key), assetId: validate(assetId) ? assetId : null, uploadId }
        }),
      ),
    ],
  )
  const unknown = new Set(rows.map((row) => number(row, 'position')))
  return candidates.filter((_candidate, position) => unknown.has(position))
}

/** A replaced object is known to the job that deletes it when the last URL of it has expired. */
async function withoutDeletion(runtime: Runtime, candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
  if (candidates.length === 0) return []
  const jobKeyOf = ({ key }: Candidate): string => deletionKey(assetIdIn(key), key)
  const live = await runtime.jobs.findLive('rindle_purge', candidates.map(jobKeyOf))
  return candidates.filter((candidate) => !live.has(jobKeyOf(candidate)))
}

/** Permanent keys begin with profile and asset; of another key it is no id, or of no asset. */
function assetIdIn(key: string): string {
  return key.split('/')[1] ?? ''
}

/** Deletes what it can; returns the rest, with the reasons. */
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
