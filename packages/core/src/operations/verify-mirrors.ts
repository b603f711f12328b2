import { counted } from '../domain/counted.ts'
import { RindleError } from '../domain/errors.ts'
import { isManagedKey, isStagingKey } from '../domain/keys.ts'
import { isImplausible } from '../domain/plausibility.ts'
import { copyAcross } from '../kernel/copy-across.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { number, numberOrNull, type Row, text, textOrNull } from '../kernel/sql/row-values.ts'
import { isOutage } from '../kernel/storage-adapter/outage.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import { followingOf, noteChanged } from '../mirrors/mirror-changes.ts'
import { errorFields } from '../ports/logger.ts'
import type { ListedObject, Mirroring, StorageAdapter } from '../ports/storage.ts'
import { countNamedObjects } from './count-rows.ts'
import { runOperation } from './run-operation.ts'
import { assertSeconds, storagesIn } from './scope.ts'
import { type StoppedStorage, StorageWatch } from './storage-watch.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link verifyMirrors}. */
export interface VerifyMirrorsOptions extends WalkOptions {
  /** Only the mirrors of this storage. @default all mirrored storages */
  readonly storage?: string
  /** Repairs; otherwise it only counts. @default false */
  readonly live?: boolean
  /** Skips younger objects: their mirrors may be about to follow. @default 3600 */
  readonly graceSeconds?: number
  /** Deletes from the mirrors even if most of their objects are unknown. @default false */
  readonly force?: boolean
}

/** The results of {@link verifyMirrors}, or its findings. */
export interface VerifyMirrorsReport {
  /** Objects of the mirrored storages and of their mirrors, each key once for each mirror. */
  readonly checked: number
  /** Differences: the sum of the next four. */
  readonly found: number
  /** Objects that a mirror lacks. */
  readonly missing: number
  /** Objects that have another size in a mirror. */
  readonly different: number
  /** Objects that a mirror has although the storage has none and no row names them. */
  readonly surplus: number
  /** Objects that a row names, and that only a mirror still has: the storage has lost them. */
  readonly lost: number
  /** Those of them that were brought back. */
  readonly restored: number
  /** Files of the application that only a mirror has. Nothing tells whether they were deleted: they stay. */
  readonly unknown: number
  /** Changes that the job of the mirrors was given. */
  readonly enqueued: number
  readonly errors: number
  /** Storages whose check was given up, with the reason. */
  readonly stopped: readonly StoppedStorage[]
  readonly dryRun: boolean
  readonly interrupted: boolean
}

const DEFAULT_GRACE_SECONDS = 3_600
const BATCH_SIZE = 500

/**
 * Compares every mirrored storage with its mirrors, by two sorted lists that are read side by side, so that memory stays
 * bounded. What a mirror lacks, or has in another size, is given to the job that lets mirrors follow; so is what it has
 * too much. An object that a row names and that the storage has lost is brought back from the mirror, compared with its
 * row by size and SHA-256. Without `live` it counts. Changes that wait for the job are left to it. Safe to repeat and to
 * interrupt. `invalid_input` for a storage without mirrors.
 */
export async function verifyMirrors(
  runtime: Runtime,
  options: VerifyMirrorsOptions = {},
): Promise<VerifyMirrorsReport> {
  const dryRun = !(options.live ?? false)
  return runOperation(runtime, { operation: 'verify_mirrors', scope: 'storage', dry_run: dryRun }, async () => {
    assertSeconds('graceSeconds', options.graceSeconds ?? DEFAULT_GRACE_SECONDS)
    const names = storagesIn(runtime, options.storage)
    const mirroredOnes = names.filter((name) => storageOf(runtime, name).mirroring !== undefined)
    if (mirroredOnes.length === 0) {
      const what = options.storage === undefined ? 'No storage has mirrors' : `"${options.storage}" has no mirrors`
      throw new RindleError('invalid_input', `${what}. Configure them with mirrored(primary, [mirror]).`)
    }
    return new MirrorCheck(runtime, options, dryRun).run(mirroredOnes)
  })
}

/** One key in a storage, in its mirror, or in both. */
interface Pair {
  readonly key: string
  readonly primary: ListedObject | null
  readonly mirror: ListedObject | null
}

/** One mirror of a storage. */
interface Side {
  readonly storage: string
  readonly mirroring: Mirroring
  readonly mirror: StorageAdapter
}

class MirrorCheck {
  readonly #runtime: Runtime
  readonly #options: VerifyMirrorsOptions
  readonly #dryRun: boolean
  readonly #olderThan: number
  readonly #watch: StorageWatch
  readonly #counts = {
    checked: 0,
    found: 0,
    missing: 0,
    different: 0,
    surplus: 0,
    lost: 0,
    restored: 0,
    unknown: 0,
    enqueued: 0,
    errors: 0,
  }

  constructor(runtime: Runtime, options: VerifyMirrorsOptions, dryRun: boolean) {
    this.#runtime = runtime
    this.#options = options
    this.#dryRun = dryRun
    this.#olderThan = runtime.now().getTime() - (options.graceSeconds ?? DEFAULT_GRACE_SECONDS) * 1_000
    this.#watch = new StorageWatch(runtime.logger)
  }

  async run(names: readonly string[]): Promise<VerifyMirrorsReport> {
    let interrupted = false
    for (const storage of names) {
      const { mirroring } = storageOf(this.#runtime, storage)
      for (const mirror of mirroring?.mirrors ?? []) {
        if (mirroring === undefined || interrupted) continue
        interrupted = await this.#checkOrStop({ storage, mirroring, mirror })
      }
    }
    return { ...this.#counts, stopped: this.#watch.stopped, dryRun: this.#dryRun, interrupted }
  }

  async #checkOrStop(side: Side): Promise<boolean> {
    try {
      return await this.#check(side)
    } catch (error) {
      if (this.#options.signal?.aborted === true) return true
      if (!isOutage(error)) throw error
      this.#counts.errors += 1
      this.#watch.stop(side.storage, 'unavailable', `${error.message} Run this again when it answers.`)
      return false
    }
  }

  /** A live run looks twice, as nothing may be deleted from the mirror of the wrong storage. */
  async #check(side: Side): Promise<boolean> {
    if (!this.#dryRun && this.#options.force !== true) {
      const before = { ...this.#counts }
      const isInterrupted = await this.#walk(side, async () => {})
      const { checked, surplus } = this.#counts
      const seen = { seen: checked - before.checked, amiss: surplus - before.surplus }
      if (isInterrupted) return true
      if (isImplausible(seen)) {
        const what = `no row knows ${seen.amiss} of the ${counted(seen.seen, 'object')} of its mirror.`
        this.#watch.stop(
          side.storage,
          'mostly_unknown',
          `${what} Nothing was changed. If this is the right mirror, use the option force.`,
        )
        return false
      }
      Object.assign(this.#counts, before)
    }
    return this.#walk(side, (found) => (this.#dryRun ? Promise.resolve() : this.#repair(side, found)))
  }

  async #walk(side: Side, repair: (found: Found) => Promise<void>): Promise<boolean> {
    const each = async (batch: readonly Pair[]): Promise<void> => repair(await this.#examine(side, batch))
    const sizeOf = (batch: readonly Pair[]): number => batch.length
    // Files of the application's own lie beside them.
    const total = () => countNamedObjects(this.#runtime.database, side.storage)
    const plan = { ...this.#options, concurrency: 1, counts: this.#counts, each, sizeOf, total }
    return (await walk(inBatches(pairsOf(side, this.#options.signal)), plan)).interrupted
  }

  async #examine({ storage }: Side, batch: readonly Pair[]): Promise<Found> {
    this.#counts.checked += batch.length
    const unequal = batch.filter(({ primary, mirror }) => primary?.byteSize !== mirror?.byteSize)
    const isOld = ({ primary, mirror }: Pair): boolean => timeOf(primary, mirror) < this.#olderThan
    const old = this.#options.graceSeconds === 0 ? unequal : unequal.filter(isOld)
    const { rows, waiting } = await knownKeys(
      this.#runtime,
      storage,
      old.map(({ key }) => key),
    )
    const found: { enqueue: string[]; lost: KnownObject[] } = { enqueue: [], lost: [] }
    for (const { key, primary, mirror } of old) {
      if (waiting.has(key)) continue
      const row = rows.get(key)
      if (primary !== null || row !== undefined || isManagedKey(key)) this.#counts.found += 1
      if (primary !== null) {
        this.#counts[mirror === null ? 'missing' : 'different'] += 1
        found.enqueue.push(key)
      } else if (row !== undefined) {
        this.#counts.lost += 1
        found.lost.push(row)
      } else if (isManagedKey(key)) {
        this.#counts.surplus += 1
        found.enqueue.push(key)
      } else this.#counts.unknown += 1
    }
    return found
  }

  async #repair(side: Side, { enqueue, lost }: Found): Promise<void> {
    for (const object of lost) await this.#restore(side, object)
    if (enqueue.length === 0) return
    await inTransaction(this.#runtime, undefined, async (unit) => {
      await noteChanged(unit, side.storage, enqueue)
      unit.enqueue(followingOf(side.storage))
    })
    this.#counts.enqueued += enqueue.length
  }

  async #restore({ storage, mirroring: { primary }, mirror }: Side, object: KnownObject): Promise<void> {
    const fields = { storage, key: object.key }
    try {
      const stored = await mirror.head(object.key, callOptions(this.#options.signal))
      const contentType = object.contentType ?? stored?.contentType ?? 'application/octet-stream'
      await copyAcross({ from: mirror, to: primary, signal: this.#options.signal }, { ...object, contentType })
      this.#counts.restored += 1
      this.#runtime.logger.warn({ ...fields, code: 'restored' }, 'A lost object was brought back from a mirror.')
    } catch (error) {
      if (isOutage(error)) throw error
      this.#counts.errors += 1
      this.#runtime.logger.error({ ...fields, ...errorFields(error) }, 'A lost object could not be brought back.')
    }
  }
}

interface Found {
  /** Keys for the job of the mirrors. */
  readonly enqueue: readonly string[]
  readonly lost: readonly KnownObject[]
}

/** An object that a row names. */
interface KnownObject {
  readonly key: string
  readonly byteSize: number
  readonly contentType: string | null
  readonly checksumSha256: string | null
}

/** The rows that name these keys in a storage, and the keys whose changes wait for the mirrors. */
async function knownKeys(
  { database }: Runtime,
  storage: string,
  keys: readonly string[],
): Promise<{ readonly rows: ReadonlyMap<string, KnownObject>; readonly waiting: ReadonlySet<string> }> {
  if (keys.length === 0) return { rows: new Map(), waiting: new Set() }
  const { rows } = await database.executeSql(
    `select given.key, asset.byte_size, asset.content_type, asset.checksum_sha256, asset.is_waiting
     from jsonb_array_elements_text($1::jsonb) as given (key)
     cross join lateral (
       select byte_size::float8, content_type, checksum_sha256, false as is_waiting from rindle.media_assets
         where storage_key = given.key and storage = $2::text and state <> 'deleted'
       union all
       select variant.byte_size::float8, variant.content_type, null, false from rindle.media_variants as variant
         join rindle.media_assets as asset on asset.id = variant.asset_id and asset.storage = $2::text
         where variant.storage_key = given.key and variant.state <> 'purged' and asset.state <> 'deleted'
       union all
       select track.byte_size::float8, 'text/vtt', null, false from rindle.media_tracks as track
         join rindle.media_assets as asset on asset.id = track.asset_id and asset.storage = $2::text
         where track.storage_key = given.key and asset.state <> 'deleted'
       union all
       select null, null, null, true from rindle.media_mirror_changes
         where storage = $2::text and storage_key = given.key) as asset`,
    [JSON.stringify(keys), storage],
  )
  const isWaiting = (row: Row): boolean => row['is_waiting'] === true
  const named = rows.filter((row) => !isWaiting(row) && numberOrNull(row, 'byte_size') !== null)
  return {
    rows: new Map(named.map((row) => [text(row, 'key'), knownObject(row)])),
    waiting: new Set(rows.filter(isWaiting).map((row) => text(row, 'key'))),
  }
}

function knownObject(row: Row): KnownObject {
  return {
    key: text(row, 'key'),
    byteSize: number(row, 'byte_size'),
    contentType: textOrNull(row, 'content_type'),
    checksumSha256: textOrNull(row, 'checksum_sha256'),
  }
}

/** Both lists have the order of the keys, which are ASCII, so one pass pairs them. */
async function* pairsOf({ mirroring, mirror }: Side, signal: AbortSignal | undefined): AsyncGenerator<Pair> {
  const options = callOptions(signal)
  const ours = mirroring.primary.list('', options)[Symbol.asyncIterator]()
  const theirs = mirror.list('', options)[Symbol.asyncIterator]()
  try {
    let [left, right] = [await nextOf(ours), await nextOf(theirs)]
    while (left !== null || right !== null) {
      const key = left === null || (right !== null && right.key < left.key) ? (right?.key ?? '') : left.key
      const primary = left?.key === key ? left : null
      const other = right?.key === key ? right : null
      if (!isStagingKey(key)) yield { key, primary, mirror: other }
      if (primary !== null) left = await nextOf(ours)
      if (other !== null) right = await nextOf(theirs)
    }
  } finally {
    for (const each of [ours, theirs]) await each.return?.()
  }
}

async function nextOf(objects: AsyncIterator<ListedObject>): Promise<ListedObject | null> {
  const next = await objects.next()
  return next.done === true ? null : next.value
}

async function* inBatches(pairs: AsyncIterable<Pair>): AsyncGenerator<[readonly Pair[]]> {
  let batch: Pair[] = []
  for await (const pair of pairs) {
    batch.push(pair)
    if (batch.length < BATCH_SIZE) continue
    yield [batch]
    batch = []
  }
  if (batch.length > 0) yield [batch]
}

function timeOf(...objects: readonly (ListedObject | null)[]): number {
  return Math.max(...objects.flatMap((object) => object?.lastModified.getTime() ?? []))
}

function callOptions(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
