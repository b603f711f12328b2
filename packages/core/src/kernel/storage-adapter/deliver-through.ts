import { RindleError } from '../../domain/errors.ts'
import { companionOwner, isReadableKey, isStagingKey, readableKey } from '../../domain/keys.ts'
import type { DeliverySigner } from '../../ports/delivery-signer.ts'
import type { StorageAdapter, StorageCallOptions } from '../../ports/storage.ts'
import { attemptCall } from './attempt-call.ts'

/** Whether a value is a signer: the check of a storage's option `delivery`. */
export function isDeliverySigner(value: unknown): value is DeliverySigner {
  if (typeof value !== 'object' || value === null) return false
  const { name, sign } = value as Partial<DeliverySigner>
  return typeof name === 'string' && typeof sign === 'function'
}

/**
 * Returns the storage with its signed URLs made by `signer`, and purged from the CDN whenever an object is deleted.
 * `prefix` is what the storage puts before its keys. Objects of uploads in flight are not purged: no page has a URL of
 * one. If a purge fails, the deletion fails with `storage_unavailable`, although the object is gone: a repetition
 * purges again. Without a signer the storage stays as it is.
 */
export function deliverThrough(
  adapter: StorageAdapter,
  signer: DeliverySigner | undefined,
  prefix = '',
): StorageAdapter {
  if (signer === undefined) return adapter
  return {
    ...adapter,
    capabilities: new Set([...adapter.capabilities, 'signed_url']),
    delivery: signer.name,
    async signGet(key, { signal, ...options }) {
      signal?.throwIfAborted()
      return { method: 'GET', url: signer.sign(prefix + readableKey(key), options).href, headers: {} }
    },
    async delete(key, options = {}) {
      await adapter.delete(key, options)
      await purge(signer, prefix, [key], options)
    },
    async deleteMany(keys, options = {}) {
      const failures = await adapter.deleteMany(keys, options)
      const left = new Set(failures.map(({ key }) => key))
      const gone = keys.filter((key) => !left.has(key) && isReadableKey(key))
      try {
        await purge(signer, prefix, gone, options)
        return failures
      } catch (error) {
        options.signal?.throwIfAborted()
        return [...failures, ...gone.filter(isDelivered).map((key) => ({ key, error: error as Error }))]
      }
    },
  }
}

async function purge(
  signer: DeliverySigner,
  prefix: string,
  keys: readonly string[],
  options: StorageCallOptions,
): Promise<void> {
  const delivered = keys.filter(isDelivered)
  if (signer.purge === undefined || delivered.length === 0) return
  await attemptCall(
    options.signal,
    async () =>
      signer.purge?.(
        delivered.map((key) => prefix + key),
        options,
      ),
    (cause) =>
      new RindleError(
        'storage_unavailable',
        `The objects are deleted, but ${signer.name} could not be told to forget them; delete them again.`,
        { details: { delivery: signer.name, keys: delivered.slice(0, 10) }, cause },
      ),
  )
}

function isDelivered(key: string): boolean {
  return !isStagingKey(key) && companionOwner(key) === null
}
