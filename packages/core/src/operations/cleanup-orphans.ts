import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { type Row, text, textOrNull } from '../kernel/sql/row-values.ts'
import { giveUpParts } from '../uploads/give-up.ts'
import { resumableStateOf } from '../uploads/sessions.ts'
import { countRows } from './count-rows.ts'
import { type LateArrival, lateArrivals } from './late-arrivals.ts'
import { PAGE_SIZE, timedPages } from './pages.ts'
import { runOperation } from './run-operation.ts'
import { storagesIn } from './scope.ts'
import { type StoppedStorage, StorageWatch } from './storage-watch.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link cleanupOrphans}. */
export interface CleanupOptions extends WalkOptions {
  /** Deletes; otherwise it only counts. @default false */
  readonly live?: boolean
  /** Only what is in this storage. @default all */
  readonly storage?: string
  /** Sessions at once. @default 10 */
  readonly concurrency?: number
}

/** The results of {@link cleanupOrphans}, or its findings. */
export interface CleanupReport {
  /** Expired sessions. */
  readonly sessionsFound: number
  readonly sessionsDeleted: number
  /** Staged objects of the sessions, and those that came late. */
  readonly objectsDeleted: number
  /** The found sessions without a staged object. */
  readonly objectsMissing: number
  /** Objects that came to staging after their upload had ended otherwise; in the storages that can list. */
  readonly objectsLate: number
  readonly errors: number
  /** Storages that are down: their sessions were skipped after the first errors. */
  readonly stopped: readonly StoppedStorage[]
  readonly dryRun: boolean
  readonly interrupted: boolean
}

const DEFAULT_CONCURRENCY = 10

/**
 * Deletes `expired` upload sessions with their leftovers in staging, and objects that came to staging after their upload
 * had ended in another way: a URL for one PUT outlives that. Nothing else; without `live` it only counts. The object goes
 * before its row, so that the next run finishes one that was killed. An error is counted and logged; a storage that is
 * down is skipped. Safe to repeat and to interrupt. `invalid_input` for an unknown storage.
 */
export async function cleanupOrphans(runtime: Runtime, options: CleanupOptions = {}): Promise<CleanupReport> {
  const dryRun = !(options.live ?? false)
  return runOperation(runtime, { operation: 'cleanup_orphans', scope: 'all', dry_run: dryRun }, async () =>
    new Cleanup(runtime, options, dryRun).run(storagesIn(runtime, options.storage)),
  )
}

/** One step of the work, and the number of expired sessions in it. */
interface Task {
  readonly sessions: 0 | 1
  readonly run: () => Promise<void>
}

class Cleanup {
  readonly #runtime: Runtime
  readonly #options: CleanupOptions
  readonly #dryRun: boolean
  readonly #watch: StorageWatch
  readonly #counts = {
    sessionsFound: 0,
    sessionsDeleted: 0,
    objectsDeleted: 0,
    objectsMissing: 0,
    objectsLate: 0,
    errors: 0,
  }

  constructor(runtime: Runtime, options: CleanupOptions, dryRun: boolean) {
    this.#runtime = runtime
    this.#options = options
    this.#dryRun = dryRun
    this.#watch = new StorageWatch(runtime.logger)
  }

  async run(storages: readonly string[]): Promise<CleanupReport> {
    const { interrupted } = await walk(this.#tasks(storages), {
      ...this.#options,
      concurrency: this.#options.concurrency ?? DEFAULT_CONCURRENCY,
      counts: this.#counts,
      each: ({ run }) => run(),
      sizeOf: ({ sessions }) => sessions,
      total: () => countRows(this.#runtime.database, `rindle.media_upload_sessions where state = 'expired'`, []),
    })
    return { ...this.#counts, stopped: this.#watch.stopped, dryRun: this.#dryRun, interrupted }
  }

  async *#tasks(storages: readonly string[]): AsyncGenerator<Task[]> {
    for await (const rows of this.#watch.until(expiredSessions(this.#runtime), storages)) {
      yield rows.map((row) => ({ sessions: 1, run: () => this.#cleanUp(row) }))
    }
    for await (const arrivals of lateArrivals(this.#runtime, storages, this.#watch)) {
      yield arrivals.map((arrival) => ({ sessions: 0, run: () => this.#remove(arrival) }))
    }
  }

  /** One expired session, with what it has left. */
  async #cleanUp(row: Row): Promise<void> {
    const storage = text(row, 'storage')
    if (this.#options.storage !== undefined && storage !== this.#options.storage) return
    if (this.#watch.isStopped(storage)) return
    this.#counts.sessionsFound += 1
    try {
      const isThere = await hasObject(this.#runtime, row)
      this.#watch.answered(storage)
      if (!isThere) this.#counts.objectsMissing += 1
      if (this.#dryRun) return
      await deleteStaged(this.#runtime, row)
      if (isThere) this.#counts.objectsDeleted += 1
      if (await deleteSession(this.#runtime, text(row, 'id'))) this.#counts.sessionsDeleted += 1
    } catch (error) {
      this.#counts.errors += 1
      const fields = { sessionId: row['id'] }
      this.#watch.failed(storage, error, fields, 'The leftovers of an expired upload session could not be deleted.')
    }
  }

  async #remove({ storage, key, sessionId }: LateArrival): Promise<void> {
    if (this.#watch.isStopped(storage)) return
    this.#counts.objectsLate += 1
    if (this.#dryRun) return
    try {
      await storageOf(this.#runtime, storage).delete(key)
      this.#watch.answered(storage)
      this.#counts.objectsDeleted += 1
    } catch (error) {
      this.#counts.errors += 1
      this.#watch.failed(
        storage,
        error,
        { sessionId },
        'An object that arrived after its upload had ended could not be deleted.',
      )
    }
  }
}

function expiredSessions(runtime: Runtime): AsyncIterable<Row[]> {
  // The page is cut before its assets are looked up by key: a join would rather read all assets.
  const sql = `select session.id, session.updated_at::text as at, session.upload_key, session.multipart_upload_id,
      session.resumable_state, session.last_known_offset, asset.storage
    from (select id, updated_at, asset_id, upload_key, multipart_upload_id, resumable_state, last_known_offset
      from rindle.media_upload_sessions
      where state = 'expired' and (updated_at, id) > ($1::timestamptz, $2::uuid)
      order by updated_at, id limit ${PAGE_SIZE}) as session
    cross join lateral (select storage from rindle.media_assets where id = session.asset_id limit 1) as asset
    order by session.updated_at, session.id`
  return timedPages(runtime.database, sql)
}

async function hasObject(runtime: Runtime, row: Row): Promise<boolean> {
  return (await storageOf(runtime, text(row, 'storage')).head(text(row, 'upload_key'))) !== undefined
}

async function deleteStaged(runtime: Runtime, row: Row): Promise<void> {
  const storage = storageOf(runtime, text(row, 'storage'))
  const key = text(row, 'upload_key')
  // Again, in case the storage did not answer when the session expired.
  const multipartUploadId = textOrNull(row, 'multipart_upload_id')
  await giveUpParts(storage, { uploadKey: key, multipartUploadId, resumable: resumableStateOf(row) })
  await storage.delete(key)
}

async function deleteSession(runtime: Runtime, id: string): Promise<boolean> {
  const { rows } = await runtime.database.executeSql(
    `delete from rindle.media_upload_sessions where id = $1::uuid and state = 'expired' returning id`,
    [id],
  )
  return rows.length > 0
}
