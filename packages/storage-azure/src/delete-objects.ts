import { isRindleError, type StorageCallOptions } from '@rindle/core'
import { attempt } from './attempt.ts'
import { type AzureContainer, anyBlobOf, anyNameOf } from './azure-container.ts'
import { mapCode } from './map-error.ts'

// The most that a batch of the service may have.
const KEYS_PER_REQUEST = 256
const WITH_SNAPSHOTS = { deleteSnapshots: 'include' } as const

/** A key that could not be deleted. */
export interface FailedDelete {
  readonly key: string
  readonly error: Error
}

/** Deletes one object with its snapshots. Succeeds if there is none. */
export async function deleteObject(
  container: AzureContainer,
  key: string,
  { signal }: StorageCallOptions,
): Promise<void> {
  const blob = anyBlobOf(container, key)
  try {
    await attempt(container, { operation: 'delete', key }, signal, (abortSignal) =>
      blob.delete({ ...WITH_SNAPSHOTS, abortSignal }),
    )
  } catch (error) {
    if (!isRindleError(error, 'storage_object_missing')) throw error
  }
}

/** Deletes as many as possible, some hundreds in one request; returns the failed keys with the reason. */
export async function deleteObjects(
  container: AzureContainer,
  keys: readonly string[],
  { signal }: StorageCallOptions,
): Promise<readonly FailedDelete[]> {
  signal?.throwIfAborted()
  const failures: FailedDelete[] = []
  const named = new Map<string, string>()
  for (const key of keys) {
    try {
      named.set(anyNameOf(container, key), key)
    } catch (error) {
      failures.push({ key, error: errorOf(error) })
    }
  }
  const good = [...named.values()]
  while (good.length > 0) failures.push(...(await deleteBatch(container, good.splice(0, KEYS_PER_REQUEST), signal)))
  return failures
}

async function deleteBatch(
  container: AzureContainer,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly FailedDelete[]> {
  const blobs = keys.map((key) => anyBlobOf(container, key))
  try {
    const { subResponses } = await attempt(container, { operation: 'deleteMany' }, signal, (abortSignal) =>
      container.client.getBlobBatchClient().deleteBlobs(blobs, { ...WITH_SNAPSHOTS, abortSignal }),
    )
    return keys.flatMap((key, index): readonly FailedDelete[] => {
      const { status = 500, errorCode = 'InternalError' } = subResponses[index] ?? {}
      if (status < 300) return []
      const error = mapCode(errorCode, status, { operation: 'deleteMany', key })
      return error.code === 'storage_object_missing' ? [] : [{ key, error }]
    })
  } catch (error) {
    if (signal?.aborted) throw error
    return keys.map((key) => ({ key, error: errorOf(error) }))
  }
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
