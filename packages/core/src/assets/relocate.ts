import type { Asset } from '../domain/entities.ts'
import { isRindleError } from '../domain/errors.ts'
import { assetPrefix } from '../domain/keys.ts'
import { payloadText } from '../kernel/payload-text.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { assetFromRow } from '../kernel/sql/entities-from-rows.ts'
import { text } from '../kernel/sql/row-values.ts'
import { IN_FLIGHT } from '../kernel/sql/state-literals.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { RunningJob } from '../ports/jobs.ts'
import type { StorageAdapter } from '../ports/storage.ts'
import { deleteKeys } from './delete-keys.ts'
import { lockAsset } from './lock.ts'
import { deleteElsewhereNow } from './moved-objects.ts'
import { type Relocation, relocationRequest, relocationsOf } from './relocation.ts'

/** A copy that is there. */
interface Copied {
  readonly toKey: string
  readonly etag: string
}

/** How long an object that a worker may be writing again is left alone. */
const BUSY_SECONDS = 10

/**
 * The job that moves the objects of an asset in the trash: copies them all, changes all keys in one transaction, then
 * deletes the old objects. Each step may be repeated after a kill: a new key is used once, so that no late copy or
 * deletion of a worker that seemed dead touches an object in use. An asset that was restored meanwhile keeps its objects,
 * and the copies are deleted.
 */
export async function relocate(runtime: Runtime, job: RunningJob): Promise<void> {
  const assetId = payloadText(job.payload, 'relocate')
  const { rows } = await runtime.database.executeSql('select * from rindle.media_assets where id = $1::uuid', [assetId])
  // Its purge deletes its objects.
  if (rows[0] === undefined || rows[0]['state'] === 'deleted') return
  const asset = assetFromRow(rows[0])
  const storage = storageOf(runtime, asset.storage)
  const copying = (await relocationsOf(runtime.database, assetId)).filter(({ state }) => state === 'copying')
  const copied: Copied[] = []
  for (const move of copying) copied.push(...(await copyOf(storage, move, job.signal)))
  const isPresent = await inTransaction(runtime, undefined, (unit) => settleMoves(unit, assetId, copied))
  if (!isPresent) {
    // The purge may have listed the asset's objects before these were there.
    await deleteKeys(
      storage,
      assetId,
      copied.map(({ toKey }) => toKey),
      job.signal,
    )
    return
  }
  await deleteOld(runtime, asset, job.signal)
  await deleteLeftovers(runtime, asset, job.signal)
}

/** Nothing for an object that is gone: its row keeps the old key, and verifying the storage finds that out. */
async function copyOf(
  storage: StorageAdapter,
  { fromKey, toKey }: Relocation,
  signal: AbortSignal,
): Promise<readonly Copied[]> {
  const present = await storage.head(toKey, { signal })
  if (present !== undefined) return [{ toKey, etag: present.etag }]
  try {
    return [{ toKey, etag: (await storage.copy(fromKey, toKey, { signal })).etag }]
  } catch (error) {
    if (!isRindleError(error, 'storage_object_missing')) throw error
    return []
  }
}

/**
 * Changes the keys of the objects that were copied, all at once, if the asset is still in the trash. `false`: it is gone,
 * or is being purged.
 */
async function settleMoves(unit: UnitOfWork, assetId: string, copied: readonly Copied[]): Promise<boolean> {
  const asset = await lockAsset(unit, assetId)
  if (asset === null || asset.state === 'deleted') return false
  if (asset.state !== 'trashed') return true
  if (asset.waitingSince !== null) await noLongerWaiting(unit, assetId)
  await deleteElsewhereNow(unit, assetId)
  await unit.executeSql(
    `with wanted as (
       select move.to_key, move.from_key, given.etag from rindle.media_relocations as move
       join jsonb_to_recordset($2::jsonb) as given("toKey" text, etag text) on given."toKey" = move.to_key
       where move.asset_id = $1::uuid and move.state = 'copying'
     ), original as (
       update rindle.media_assets as asset set storage_key = wanted.to_key, etag = wanted.etag, updated_at = now()
       from wanted where asset.id = $1::uuid and asset.storage_key = wanted.from_key returning wanted.to_key
     ), variants as (
       update rindle.media_variants as variant set storage_key = wanted.to_key, updated_at = now()
       from wanted where variant.asset_id = $1::uuid and variant.storage_key = wanted.from_key returning wanted.to_key
     ), tracks as (
       update rindle.media_tracks as track set storage_key = wanted.to_key, updated_at = now()
       from wanted where track.asset_id = $1::uuid and track.storage_key = wanted.from_key returning wanted.to_key
     ), moved as (
       select to_key from original union all select to_key from variants union all select to_key from tracks
     )
     update rindle.media_relocations set state = case when to_key in (select to_key from moved)
       then 'moved' else 'cancelled' end
     where asset_id = $1::uuid and state = 'copying'`,
    [assetId, JSON.stringify(copied)],
  )
  return true
}

/** Whatever it waited for is over; the reason of a damaged original stays. */
async function noLongerWaiting(unit: UnitOfWork, assetId: string): Promise<void> {
  await unit.executeSql(
    `update rindle.media_assets set waiting_since = null,
       error_reason = case when original_damaged_at is null then null else error_reason end,
       error_message = case when original_damaged_at is null then null else error_message end
     where id = $1::uuid`,
    [assetId],
  )
}

/** Deletes the object of each ended move that nothing needs, then forgets the move. */
async function deleteOld(runtime: Runtime, { id, storage }: Asset, signal: AbortSignal): Promise<void> {
  const ended = (await relocationsOf(runtime.database, id)).filter(({ state }) => state !== 'copying')
  if (ended.length === 0) return
  const doomed = new Map(ended.map(({ toKey, fromKey, state }) => [state === 'moved' ? fromKey : toKey, toKey]))
  // A restored variant that is made again has its first key again.
  const { unused, isBusy } = await unusedAmong(runtime, id, [...doomed.keys()])
  await deleteKeys(storageOf(runtime, storage), id, unused, signal)
  await inTransaction(runtime, undefined, async (unit) => {
    await lockAsset(unit, id)
    const done = [...doomed].filter(([key]) => unused.includes(key) || !isBusy).map(([, toKey]) => toKey)
    await unit.executeSql(
      `delete from rindle.media_relocations where asset_id = $1::uuid
         and to_key in (select jsonb_array_elements_text($2::jsonb))`,
      [id, JSON.stringify(done)],
    )
    // Those who check for missing jobs see that it was at work.
    await unit.executeSql('update rindle.media_assets set updated_at = now() where id = $1::uuid', [id])
    if (isBusy) unit.enqueue(relocationRequest(id, BUSY_SECONDS))
  })
}

/**
 * The keys that no row of the asset names. `isBusy`: some of the others belong to variants in the making, which may write
 * them or not.
 */
async function unusedAmong(
  runtime: Runtime,
  assetId: string,
  keys: readonly string[],
): Promise<{ readonly unused: readonly string[]; readonly isBusy: boolean }> {
  return inTransaction(runtime, undefined, async (unit) => {
    await lockAsset(unit, assetId)
    const { rows } = await unit.executeSql(
      `select candidate.key,
         exists (select 1 from rindle.media_assets where id = $1::uuid and storage_key = candidate.key)
         or exists (select 1 from rindle.media_variants where asset_id = $1::uuid and storage_key = candidate.key)
         or exists (select 1 from rindle.media_tracks where asset_id = $1::uuid and storage_key = candidate.key)
           as is_used,
         exists (select 1 from rindle.media_variants where asset_id = $1::uuid and state in (${IN_FLIGHT})
           and position('/' || name || '-' || left(recipe_digest, 16) in candidate.key) > 0) as is_busy
       from jsonb_array_elements_text($2::jsonb) as candidate(key)`,
      [assetId, JSON.stringify(keys)],
    )
    const unused = rows.filter((row) => row['is_used'] !== true && row['is_busy'] !== true)
    const isBusy = rows.some((row) => row['is_used'] !== true && row['is_busy'] === true)
    return { unused: unused.map((row) => text(row, 'key')), isBusy }
  })
}

/**
 * Deletes the asset's objects that no row names: replaced ones, which would wait until their URLs expire. Only while the
 * asset is in the trash: nothing is made for it then.
 */
async function deleteLeftovers(runtime: Runtime, asset: Asset, signal: AbortSignal): Promise<void> {
  const storage = storageOf(runtime, asset.storage)
  if (!storage.capabilities.has('list')) return
  const listed: string[] = []
  for await (const { key } of storage.list(assetPrefix(asset), { signal })) listed.push(key)
  const { rows } = await runtime.database.executeSql(
    `select listed.key from jsonb_array_elements_text($2::jsonb) as listed(key)
     where exists (select 1 from rindle.media_assets where id = $1::uuid and state = 'trashed')
       and not exists (select 1 from rindle.media_assets where id = $1::uuid and storage_key = listed.key)
       and not exists (select 1 from rindle.media_variants where asset_id = $1::uuid and storage_key = listed.key)
       and not exists (select 1 from rindle.media_tracks where asset_id = $1::uuid and storage_key = listed.key)
       and not exists (select 1 from rindle.media_relocations
         where asset_id = $1::uuid and listed.key in (from_key, to_key))`,
    [asset.id, JSON.stringify(listed)],
  )
  const keys = rows.map((row) => text(row, 'key'))
  await deleteKeys(storage, asset.id, keys, signal)
}
