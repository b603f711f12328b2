import type { Asset } from '../domain/entities.ts'
import { failureOf } from '../domain/failures.ts'
import { assetPrefix } from '../domain/keys.ts'
import { keyFor, MOVED_KEYS } from '../domain/queues.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { json, numberOrNull, type Row, text, textOrNull } from '../kernel/sql/row-values.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { JobRequest, RunningJob } from '../ports/jobs.ts'
import { errorFields } from '../ports/logger.ts'
import type { StorageAdapter } from '../ports/storage.ts'
import { deleteKeys } from './delete-keys.ts'

/** Objects of an asset in a storage that is not its own: it moves there, or has come from there. */
export interface ObjectsElsewhere {
  readonly storage: string
  /** Its objects there for sure; more may lie below its prefix. */
  readonly keys: readonly string[]
}

/** The longest time between two looks at the objects that wait for their deletion. */
const LOOK_EVERY_SECONDS = 3_600
/** Assets at a time, so that another worker can take over soon. */
const PAGE_SIZE = 100

/**
 * The job that deletes the objects that moved assets have left behind, each when every URL of it has expired. One job
 * is enough for all; it comes again until nothing is left. Pure.
 */
export function deletionOfMoved(delaySeconds: number): JobRequest {
  const delay = Math.max(0, Math.min(Math.ceil(delaySeconds), LOOK_EVERY_SECONDS))
  // Without an asset's id, so that an earlier version does not take it for a purge.
  return { queue: 'rindle_purge', key: keyFor(MOVED_KEYS, delay), payload: { moved: true }, delaySeconds: delay }
}

/** The storages, besides its own, that may have objects of an asset. */
export async function objectsElsewhere(unit: UnitOfWork, assetId: string): Promise<readonly ObjectsElsewhere[]> {
  const { rows } = await unit.executeSql(
    'select storage, to_jsonb(keys) as keys from rindle.media_moves where asset_id = $1::uuid',
    [assetId],
  )
  return rows.map(elsewhereFromRow)
}

/** Leaves one more object to the deletion of what an asset has left in a storage; `false` if it has left nothing. */
export async function leaveToDeletion(
  unit: UnitOfWork,
  { assetId, storage, storageKey }: { readonly assetId: string; readonly storage: string; readonly storageKey: string },
): Promise<boolean> {
  const { rows } = await unit.executeSql(
    `update rindle.media_moves set keys = array_append(array_remove(keys, $3::text), $3::text)
     where asset_id = $1::uuid and storage = $2::text returning storage`,
    [assetId, storage, storageKey],
  )
  return rows.length > 0
}

/** Lets the objects that an asset has left in other storages go at once, although URLs of them may be in use. */
export async function deleteElsewhereNow(unit: UnitOfWork, assetId: string): Promise<void> {
  const { rows } = await unit.executeSql(
    `update rindle.media_moves set delete_after = clock_timestamp()
     where asset_id = $1::uuid and delete_after is not null returning storage`,
    [assetId],
  )
  if (rows.length > 0) unit.enqueue(deletionOfMoved(0))
}

/**
 * Deletes everything of an asset in one storage: the given objects, and, where the storage can list, whatever else lies
 * below the asset's prefix. Throws `storage_unavailable` if some stay.
 */
export async function deleteBelowPrefix(
  storage: StorageAdapter,
  asset: Pick<Asset, 'id' | 'profile' | 'tenant'>,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const listed: string[] = []
  if (storage.capabilities.has('list')) {
    for await (const object of storage.list(assetPrefix(asset), { signal })) listed.push(object.key)
  }
  await deleteKeys(storage, asset.id, [...listed, ...keys], signal)
}

/**
 * The job of {@link deletionOfMoved}. Deletes what is due, storage by storage: one that is down holds up no other. Safe
 * to repeat; a move to the storage waits until the deletion there is done.
 */
export async function deleteMoved(runtime: Runtime, job: RunningJob): Promise<void> {
  const down: string[] = []
  let firstError: Error | undefined
  for (;;) {
    const due = await claimDue(runtime, down)
    if (due.length === 0) break
    for (const each of due) {
      job.signal.throwIfAborted()
      if (down.includes(each.storage)) continue
      try {
        await deleteDue(runtime, each, job.signal)
      } catch (error) {
        if (job.signal.aborted) throw error
        firstError ??= error instanceof Error ? error : new Error(String(error))
        down.push(each.storage)
        const fields = { assetId: each.id, storage: each.storage, ...errorFields(error), code: failureOf(error).reason }
        runtime.logger.warn(fields, 'The objects that a moved asset left behind could not be deleted yet.')
      }
    }
  }
  // The failure hands the work on, with a growing delay.
  if (firstError !== undefined) throw firstError
  await comeAgain(runtime)
}

type DueObjects = ObjectsElsewhere & Pick<Asset, 'id' | 'profile' | 'tenant'>

/** From here on, no move copies there. Includes what a killed worker has claimed. */
async function claimDue(runtime: Runtime, without: readonly string[]): Promise<readonly DueObjects[]> {
  const { rows } = await runtime.database.executeSql(
    `update rindle.media_moves as move set is_deleting = true
     from rindle.media_assets as asset
     where asset.id = move.asset_id and (move.asset_id, move.storage) in (
       select asset_id, storage from rindle.media_moves
       where delete_after <= clock_timestamp() and storage not in (select jsonb_array_elements_text($1::jsonb))
       order by delete_after limit ${PAGE_SIZE} for update skip locked)
     returning asset.id, asset.profile, asset.tenant, move.storage, to_jsonb(move.keys) as keys`,
    [JSON.stringify(without)],
  )
  return rows.map((row) => ({
    id: text(row, 'id'),
    profile: text(row, 'profile'),
    tenant: textOrNull(row, 'tenant'),
    ...elsewhereFromRow(row),
  }))
}

async function deleteDue(
  runtime: Runtime,
  { storage, keys, ...asset }: DueObjects,
  signal: AbortSignal,
): Promise<void> {
  await deleteBelowPrefix(storageOf(runtime, storage), asset, keys, signal)
  await runtime.database.executeSql(
    'delete from rindle.media_moves where asset_id = $1::uuid and storage = $2::text and is_deleting',
    [asset.id, storage],
  )
}

async function comeAgain(runtime: Runtime): Promise<void> {
  await inTransaction(runtime, undefined, async (unit) => {
    const { rows } = await unit.executeSql(
      `select extract(epoch from min(delete_after) - clock_timestamp())::float8 as wait_seconds
       from rindle.media_moves where delete_after is not null`,
    )
    const waitSeconds = numberOrNull(rows[0] ?? {}, 'wait_seconds')
    if (waitSeconds !== null) unit.enqueue(deletionOfMoved(Math.max(1, waitSeconds)))
  })
}

function elsewhereFromRow(row: Row): ObjectsElsewhere {
  return { storage: text(row, 'storage'), keys: json<readonly string[]>(row, 'keys') }
}
