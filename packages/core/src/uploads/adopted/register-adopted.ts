import { promoteRequest } from '../../assets/promote-request.ts'
import { attachAdopted } from '../../attachments/attach-adopted.ts'
import type { Asset } from '../../domain/entities.ts'
import { originalKey } from '../../domain/keys.ts'
import { adapterNameOf, type Runtime } from '../../kernel/runtime.ts'
import { inTransaction } from '../../kernel/unit-of-work.ts'
import { insertAsset } from '../proxied/insert-asset.ts'
import { originOf } from '../proxied/register.ts'
import { reserveQuota } from '../reserve-quota.ts'
import type { AdoptOptionsWithPlace, AdoptPlace, AdoptSource } from './adopt-options.ts'
import type { AdoptedBytes } from './adopted-bytes.ts'

/**
 * Writes the rows of an adopted object: asset, completed session, promote job and attachments, in one transaction.
 * `null`: another call adopted the object first, or its key is that of another original.
 */
export async function registerAdopted(
  runtime: Runtime,
  source: AdoptSource,
  bytes: AdoptedBytes,
  options: AdoptOptionsWithPlace,
): Promise<Asset | null> {
  const places = placesOf(options)
  const { isInPlace, expectedSha256, profile, storage, byteSize } = bytes
  const adoption = {
    adoptedStorage: source.storage,
    adoptedKey: source.key,
    inPlace: isInPlace && options.takeOwnership !== true,
    createdAt: options.createdAt?.toISOString() ?? null,
    expectedSha256,
    // Whatever ends an upload deletes the object of its session; an object in place is none of it.
    uploadKey: isInPlace ? unusedKey(runtime, bytes) : bytes.storageKey,
  }
  const { actorId, tenant } = bytes
  return unlessTaken(
    inTransaction(runtime, undefined, async (unit) => {
      const claim = { profile, byteSize, ...originOf(actorId, tenant, options.owner) }
      const usage = await reserveQuota(runtime, unit, claim)
      const asset = await insertAsset(runtime, unit, { ...bytes, usage, adoption }, options)
      if (asset === null) throw new Taken()
      const adapter = adapterNameOf(runtime, storage)
      unit.emit('rindle.upload.start', { profile, adapter, strategy: 'adopted' }, {})
      unit.emit('rindle.upload.stop', { profile, adapter, strategy: 'adopted' }, { byteSize })
      unit.enqueue(promoteRequest(runtime, asset))
      await attachAdopted(runtime, unit, asset, places)
      return asset
    }),
  )
}

/** Rolls the transaction back, with its reservation: another call was first. */
class Taken extends Error {}

async function unlessTaken(registered: Promise<Asset>): Promise<Asset | null> {
  try {
    return await registered
  } catch (error) {
    if (error instanceof Taken) return null
    throw error
  }
}

function placesOf({ owner, slot, position, attachments = [] }: AdoptOptionsWithPlace): readonly AdoptPlace[] {
  if (owner === undefined || slot === undefined) return attachments
  return [{ owner, slot, ...(position === undefined ? {} : { position }) }, ...attachments]
}

function unusedKey(runtime: Runtime, { tenant, profile, assetId }: AdoptedBytes): string {
  return originalKey({ tenant, profile, assetId, random: runtime.randomText(), extension: '' })
}
