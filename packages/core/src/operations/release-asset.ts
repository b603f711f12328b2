import { lockAsset } from '../assets/lock.ts'
import { promoteRequest } from '../assets/promote-request.ts'
import { assetById } from '../assets/read.ts'
import { sha256Of } from '../assets/sha256.ts'
import { transitionAsset } from '../assets/transition.ts'
import type { Asset } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { isStagingKey } from '../domain/keys.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import type { StoredObject } from '../ports/storage.ts'
import { runOperation } from './run-operation.ts'

/** Options of {@link releaseAsset}. */
export interface ReleaseOptions {
  /** Checks whether it can be released, and changes nothing. @default false */
  readonly dryRun?: boolean
}

/** The results of {@link releaseAsset}, real or foreseen. */
export interface ReleaseReport {
  /** The asset as it is now, or would be: `validating`, on its way through the whole gate. */
  readonly asset: Asset
  /** The reason for its quarantine. */
  readonly errorReason: string | null
  readonly dryRun: boolean
}

/** The fields of a released asset. */
const RELEASED = { state: 'validating', errorReason: null, errorMessage: null } as const

/** Nothing aborts it: it reads an object at most once. */
const NEVER = new AbortController().signal

/**
 * Promotes a quarantined asset again, from its stored bytes and through the whole gate: `quarantined` → `validating`,
 * and its promote job, in one transaction. Use it after you have fixed the fault or changed the policy that refused the
 * file; bytes that are still wrong are quarantined again. The upload session keeps its final state.
 *
 * An object in staging is moved out of its client's reach before anything reads it. `not_found`; `invalid_transition`
 * for an asset that is not quarantined; `storage_object_missing` when its bytes are gone; `checksum_mismatch` when they
 * differ from the accepted ones.
 */
export async function releaseAsset(
  runtime: Runtime,
  assetId: string,
  { dryRun = false }: ReleaseOptions = {},
): Promise<ReleaseReport> {
  return runOperation(runtime, { operation: 'release', scope: 'asset', dry_run: dryRun }, async () => {
    const asset = await quarantinedAsset(runtime, assetId)
    const object = await findBytes(runtime, asset)
    await assertUnchanged(runtime, asset)
    if (dryRun) return { asset: { ...asset, ...RELEASED }, errorReason: asset.errorReason, dryRun }
    const released = await inTransaction(runtime, undefined, async (unit) => {
      const locked = await lockAsset(unit, assetId)
      if (locked === null || locked.storageKey !== asset.storageKey) return null
      const { etag, byteSize } = object
      const options = { from: ['quarantined'], changes: { etag, byteSize } } as const
      const moved = await transitionAsset(runtime, unit, locked, 'validating', options)
      if (moved !== null) unit.enqueue(promoteRequest(runtime, moved))
      return moved
    })
    // Another process has just released or purged it; its state says which.
    if (released === null) throw notQuarantined(await quarantinedAsset(runtime, assetId))
    return { asset: released, errorReason: asset.errorReason, dryRun }
  })
}

async function quarantinedAsset(runtime: Runtime, assetId: string): Promise<Asset> {
  assertId('asset', assetId)
  const asset = await assetById(runtime, assetId)
  if (asset === null) throw new RindleError('not_found', `There is no asset ${assetId}.`)
  if (asset.state !== 'quarantined') throw notQuarantined(asset)
  return asset
}

function notQuarantined({ id, state }: Asset): RindleError {
  return new RindleError('invalid_transition', `Asset ${id} is ${state}: only a quarantined asset can be released.`, {
    details: { machine: 'asset', id, from: state, to: 'validating' },
  })
}

async function findBytes(runtime: Runtime, { id, storage, storageKey }: Asset): Promise<StoredObject> {
  const object = await storageOf(runtime, storage).head(storageKey)
  if (object !== undefined) return object
  throw new RindleError(
    'storage_object_missing',
    `The bytes of asset ${id} are gone from storage "${storage}", so it cannot be released. Upload the file again.`,
  )
}

/** Bytes under a permanent key are the accepted ones, or damaged; bytes in staging are hashed when they are frozen. */
async function assertUnchanged(runtime: Runtime, { id, storage, storageKey, checksumSha256 }: Asset): Promise<void> {
  if (checksumSha256 === null || isStagingKey(storageKey)) return
  const { body } = await storageOf(runtime, storage).get(storageKey, { signal: NEVER })
  if ((await sha256Of(body, NEVER)) === checksumSha256) return
  throw new RindleError(
    'checksum_mismatch',
    `The bytes of asset ${id} in storage "${storage}" differ from the accepted ones. Restore the object from a backup.`,
  )
}
