import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { type Row, text, textOrNull } from '../kernel/sql/row-values.ts'
import { giveUpParts } from '../uploads/give-up.ts'
import { resumableStateOf } from '../uploads/sessions.ts'
import { countRows, type RowCount } from './count-rows.ts'
import { PAGE_SIZE, timedPages } from './pages.ts'
import { runOperation } from './run-operation.ts'
import { storagesIn } from './scope.ts'
import { type StoppedStorage, StorageWatch } from './storage-watch.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link cleanupOrphans}. */
export interface CleanupOptions extends WalkOptions {
  /** Deletes; otherwise it only counts. @default false */
  readonly live?: boolean
  /** Only sessions of this storage. @default all */
  readonly storage?: string
  /** Sessions at once. @default 10 */
  readonly concurrency?: number
}

/** The results of {@link cleanupOrphans}, or its findings. */
export interface CleanupReport {
  /** Expired sessions. */
  readonly sessionsFound: number
  readonly sessionsDeleted: number
  readonly objectsDeleted: number
  /** The found sessions without a staged object. */
  readonly objectsMissing: number
  readonly errors: number
  /** Storages that are down: their sessions were skipped after the first errors. */
  readonly stopped: readonly StoppedStorage[]
  readonly dryRun: boolean
  readonly interrupted: boolean
}

const DEFAULT_CONCURRENCY = 10

/**
 * Deletes `expired` upload sessions with their leftovers in staging, and nothing else; without `live` it only counts.
 * The object goes before its row, so that the next run finishes one that was killed. A failed session is counted and
 * logged; a storage that is down is skipped. Safe to repeat and to interrupt. `invalid_input` for an unknown storage.
 */
export async function cleanupOrphans(runtime: Runtime, options: CleanupOptions = {}): Promise<CleanupReport> {
  const dryRun = !(options.live ?? false)
  return runOperation(runtime, { operation: 'cleanup_orphans', scope: 'all', dry_run: dryRun }, async () => {
    const storages = storagesIn(runtime, options.storage)
    const watch = new StorageWatch(runtime.logger)
    const counts = { sessionsFound: 0, sessionsDeleted: 0, objectsDeleted: 0, objectsMissing: 0, errors: 0 }
    const each = async (row: Row): Promise<void> => {
      const storage = text(row, 'storage')
      if (options.storage !== undefined && storage !== options.storage) return
      if (watch.isStopped(storage)) return
      counts.sessionsFound += 1
      try {
        const isThere = await hasObject(runtime, row)
        watch.answered(storage)
        if (!isThere) counts.objectsMissing += 1
        if (dryRun) return
        await deleteStaged(runtime, row)
        if (isThere) counts.objectsDeleted += 1
        if (await deleteSession(runtime, text(row, 'id'))) counts.sessionsDeleted += 1
      } catch (error) {
        counts.errors += 1
        const fields = { sessionId: row['id'] }
        watch.failed(storage, error, fields, 'The leftovers of an expired upload session could not be deleted.')
      }
    }
    const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY
    const total = (): Promise<RowCount> =>
      countRows(runtime.database, `rindle.media_upload_sessions where state = 'expired'`, [])
    const { interrupted } = await walk(watch.until(expiredSessions(runtime), storages), {
      ...options,
      concurrency,
      counts,
      each,
      total,
    })
    return { ...counts, stopped: watch.stopped, dryRun, interrupted }
  })
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
