import { type DelayedDeletion, delayedDeletion, deletionAfter } from '../assets/delayed-deletion.ts'
import { lockAsset } from '../assets/lock.ts'
import { leaveToDeletion } from '../assets/moved-objects.ts'
import type { Asset, Variant } from '../domain/entities.ts'
import type { JsonObject } from '../domain/errors.ts'
import { variantKey } from '../domain/keys.ts'
import { payloadText } from '../kernel/payload-text.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { variantFromRow } from '../kernel/sql/entities-from-rows.ts'
import { numberOrNull } from '../kernel/sql/row-values.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { RunningJob } from '../ports/jobs.ts'

/**
 * Enqueues the deletion of a variant's previous object, in the transaction that makes a new object current. The
 * deletion waits, because issued URLs of the old object must work until they expire. The caller holds the asset's lock.
 */
export function enqueueDeletion(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Pick<Asset, 'id' | 'storage'>,
  { name, storageKey }: Pick<Variant, 'name' | 'storageKey'>,
  currentKey: string,
): void {
  if (storageKey === null || storageKey === currentKey) return
  const payload = { assetId: asset.id, storage: asset.storage, variantName: name, storageKey }
  unit.enqueue(deletionAfter(runtime.maxDeliveryExpiresInSeconds, payload))
}

/**
 * Enqueues the deletion of an object that was stored too late. No row refers to it, but another worker may own its key by
 * now, or make it again. The caller holds the asset's lock.
 */
export function enqueueDeletionOfLate(
  unit: UnitOfWork,
  asset: Pick<Asset, 'id' | 'storage'>,
  variantName: string,
  storageKey: string,
): void {
  const payload = { assetId: asset.id, storage: asset.storage, variantName, storageKey }
  unit.enqueue(deletionAfter(0, payload))
}

/**
 * The deletion of one replaced object. When its recipe came back meanwhile, the object is the variant's again and stays;
 * when it was replaced once more since, or is being made again, the deletion waits for the URLs of that time. Safe to
 * repeat.
 */
export async function deleteReplacedObject(runtime: Runtime, job: RunningJob): Promise<void> {
  const replaced = replacedObject(job.payload)
  const isDue = await inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, replaced.assetId)
    // The asset has moved since. Whatever it left behind in that storage goes together, when all URLs have expired.
    if (asset !== null && asset.storage !== replaced.storage) return !(await leaveToDeletion(unit, replaced))
    const waitSeconds = asset === null ? 0 : await secondsToWait(runtime, unit, asset, replaced)
    if (waitSeconds !== null && waitSeconds > 0) unit.enqueue(deletionAfter(waitSeconds, replaced))
    return waitSeconds === 0
  })
  if (isDue) await storageOf(runtime, replaced.storage).delete(replaced.storageKey, { signal: job.signal })
}

type ReplacedObject = DelayedDeletion & { readonly variantName: string }

function replacedObject(payload: JsonObject): ReplacedObject {
  return { ...delayedDeletion(payload), variantName: payloadText(payload, 'variantName') }
}

/**
 * Seconds for which URLs of the object may be in use, or a worker may be writing it anew; 0: delete it. `null`: it is
 * the variant's current object again. The caller holds the asset's lock.
 */
async function secondsToWait(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  { variantName, storageKey }: ReplacedObject,
): Promise<number | null> {
  const keepSeconds = runtime.maxDeliveryExpiresInSeconds
  // By the clock that wrote it: the last replacement happened when the current object was made.
  const { rows } = await unit.executeSql(
    `select *, ceil(greatest(0, $3::float8 - extract(epoch from clock_timestamp() - generated_at)))::int as wait_seconds
     from rindle.media_variants where asset_id = $1::uuid and name = $2::text`,
    [asset.id, variantName, keepSeconds],
  )
  const [row] = rows
  if (row === undefined) return 0
  const variant = variantFromRow(row)
  if (variant.storageKey === storageKey) return null
  const isBeingMade = variant.state === 'queued' || variant.state === 'processing'
  if (isBeingMade && isKeyOf(asset, variant, storageKey)) return keepSeconds
  return numberOrNull(row, 'wait_seconds') ?? 0
}

/** Whether a variant's recipe gives its object this key, with whatever extension. */
function isKeyOf(asset: Asset, { name, recipeDigest }: Variant, storageKey: string): boolean {
  const { tenant, profile } = asset
  const bare = variantKey({ tenant, profile, assetId: asset.id, name, digest: recipeDigest, extension: '' })
  return storageKey === bare || storageKey.startsWith(`${bare}.`)
}
