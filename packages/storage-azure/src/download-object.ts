import type { ConditionalOptions, StoredObject } from '@rindle/core'
import { writeDownload } from '@rindle/core/adapter'
import type { AzureContainer } from './azure-container.ts'
import { getObject } from './get-object.ts'
import { mapError } from './map-error.ts'

/** Writes an object to a file that must not exist yet; removes the file if it fails. */
export async function downloadObject(
  container: AzureContainer,
  key: string,
  path: string,
  options: ConditionalOptions,
): Promise<StoredObject> {
  const found = await getObject(container, key, options)
  const call = { operation: 'download', key }
  return writeDownload(found, path, { signal: options.signal, mapError: (error) => mapError(error, call) })
}
