import type { ContainerListBlobFlatSegmentResponse } from '@azure/storage-blob'
import { RindleError } from '@rindle/core'
import {
  assertListLimit,
  canBeginKey,
  isKey,
  isReadableKey,
  type ListedObject,
  type ListOptions,
} from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import type { AzureContainer } from './azure-container.ts'

const KEYS_PER_REQUEST = 1000

/**
 * Lists the objects whose key begins with `prefix`, page by page, in the order of the service, which is that of the keys'
 * bytes for keys of Rindle. Skips foreign blobs whose names are not keys.
 */
export async function* listObjects(
  container: AzureContainer,
  prefix: string,
  { limit = Number.POSITIVE_INFINITY, signal, foreign = false }: ListOptions,
): AsyncGenerator<ListedObject, void> {
  assertListLimit(limit)
  signal?.throwIfAborted()
  if (!foreign && !canBeginKey(prefix)) return
  const start = container.config.prefix
  let [count, continuationToken] = [0, '']
  do {
    const page = await attempt(container, { operation: 'list' }, signal, (abortSignal) =>
      pageAfter(container, { prefix: start + prefix, continuationToken, limit, abortSignal }),
    )
    for (const { name, properties } of page.segment.blobItems) {
      const key = name.slice(start.length)
      if (!(foreign ? isReadableKey(key) : isKey(key))) continue
      signal?.throwIfAborted()
      yield { key, byteSize: properties.contentLength ?? 0, lastModified: properties.lastModified }
      count += 1
      if (count >= limit) return
    }
    continuationToken = page.continuationToken ?? ''
  } while (continuationToken !== '')
  signal?.throwIfAborted()
}

interface PageOptions {
  readonly prefix: string
  /** Empty for the first page. */
  readonly continuationToken: string
  readonly limit: number
  readonly abortSignal: AbortSignal
}

async function pageAfter(
  { client }: AzureContainer,
  { prefix, continuationToken, limit, abortSignal }: PageOptions,
): Promise<ContainerListBlobFlatSegmentResponse> {
  const pages = client.listBlobsFlat({ prefix, abortSignal }).byPage({
    maxPageSize: Math.min(limit, KEYS_PER_REQUEST),
    ...(continuationToken === '' ? {} : { continuationToken }),
  })
  for await (const page of pages) return page
  throw new RindleError('storage_unavailable', 'The service answered a list without a page.')
}
