import { STAGING_PREFIX } from '../domain/keys.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { text } from '../kernel/sql/row-values.ts'
import { isOutage } from '../kernel/storage-adapter/outage.ts'
import type { StorageWatch } from './storage-watch.ts'

/** An object that came to where an upload was sent after that had ended. */
export interface LateArrival {
  readonly storage: string
  readonly key: string
  readonly sessionId: string
}

const BATCH_SIZE = 500

/**
 * Objects that lie in staging although their upload has ended, and their asset is elsewhere: a URL for one PUT cannot be taken back,
 * and may be used once more while it is valid. Storages that cannot list are left out, and those that are down.
 */
export async function* lateArrivals(
  runtime: Runtime,
  storages: readonly string[],
  watch: StorageWatch,
): AsyncGenerator<LateArrival[]> {
  for (const storage of storages) {
    if (watch.isStopped(storage) || !storageOf(runtime, storage).capabilities.has('list')) continue
    try {
      for await (const keys of stagedKeys(runtime, storage)) yield await amongThese(runtime, storage, keys)
    } catch (error) {
      if (!isOutage(error)) throw error
      watch.stop(storage, 'unavailable', `${error.message} Run this again when the storage answers.`)
    }
  }
}

async function* stagedKeys(runtime: Runtime, storage: string): AsyncGenerator<readonly string[]> {
  let keys: string[] = []
  for await (const { key } of storageOf(runtime, storage).list(STAGING_PREFIX)) {
    keys.push(key)
    if (keys.length < BATCH_SIZE) continue
    yield keys
    keys = []
  }
  yield keys
}

/** Only a session that is known says that an upload has ended: of an object that no row knows `scanOrphans` decides. */
async function amongThese(runtime: Runtime, storage: string, keys: readonly string[]): Promise<LateArrival[]> {
  const { rows } = await runtime.database.executeSql(
    `select session.id, session.upload_key
     from jsonb_array_elements_text($1::jsonb) as staged (key)
     join rindle.media_upload_sessions as session on session.upload_key = staged.key
     join rindle.media_assets as asset on asset.id = session.asset_id
     where session.state in ('completed', 'failed', 'aborted')
       and asset.storage_key <> session.upload_key`,
    [JSON.stringify(keys)],
  )
  return rows.map((row) => ({ storage, key: text(row, 'upload_key'), sessionId: text(row, 'id') }))
}
