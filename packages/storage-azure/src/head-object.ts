import { isRindleError, type StoredObject } from '@rindle/core'
import { attempt } from './attempt.ts'
import { type AzureContainer, anyBlobOf } from './azure-container.ts'
import { type BlobProperties, describeObject } from './stored-object.ts'

/** The service's description of an object, or `undefined`. */
export async function headObject(
  container: AzureContainer,
  key: string,
  signal: AbortSignal | undefined,
): Promise<StoredObject | undefined> {
  const properties = await readProperties(container, key, signal)
  return properties === undefined ? undefined : describeObject(key, properties)
}

/** The properties of an object, or `undefined`. */
export async function readProperties(
  container: AzureContainer,
  key: string,
  signal: AbortSignal | undefined,
): Promise<BlobProperties | undefined> {
  const blob = anyBlobOf(container, key)
  try {
    return await attempt(container, { operation: 'head', key }, signal, (abortSignal) =>
      blob.getProperties({ abortSignal }),
    )
  } catch (error) {
    if (isRindleError(error, 'storage_object_missing')) return undefined
    throw error
  }
}
