import { rm } from 'node:fs/promises'
import type { ConditionalOptions, StoredObject } from '@rindle/core'
import { abortedOr, openDownloadFile } from '@rindle/core/adapter'
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
  const { body, ...stored } = await getObject(container, key, options)
  try {
    const target = await openDownloadFile(path)
    try {
      await target.writeFile(body)
      await target.close()
    } catch (error) {
      await target.close()
      await rm(path, { force: true })
      throw abortedOr(mapError(error, { operation: 'download', key }), options.signal)
    }
    return stored
  } finally {
    body.destroy()
  }
}
