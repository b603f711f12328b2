import { assertListLimit, isKey, type ListedObject, type ListOptions } from '@rindle/core/adapter'
import { mapError } from './map-error.ts'
import type { StorageRoot } from './storage-root.ts'
import { walkObjects } from './walk-objects.ts'

/**
 * Walks the objects whose key begins with `prefix`, in ascending order of the keys' UTF-8 bytes. Memory is bounded by
 * the entries of the directories on one path. Files whose names are no keys, temporary ones among them, and symbolic
 * links are passed over; so is what vanishes during the walk.
 */
export async function* listObjects(
  root: StorageRoot,
  prefix: string,
  options: ListOptions,
): AsyncGenerator<ListedObject> {
  try {
    yield* takeObjects(root, prefix, options)
  } catch (error) {
    throw mapError(error, { operation: 'list' })
  }
}

async function* takeObjects(
  root: StorageRoot,
  prefix: string,
  { limit = Number.POSITIVE_INFINITY, signal }: ListOptions,
): AsyncGenerator<ListedObject> {
  assertListLimit(limit)
  signal?.throwIfAborted()
  const parent = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  if (parent !== '' && !isKey(parent.slice(0, -1))) return
  const path = await root.lookUp(() => root.locateDirectory(parent.slice(0, -1)))
  if (path === undefined) return
  let count = 0
  for await (const listed of walkObjects(path, parent, prefix)) {
    signal?.throwIfAborted()
    yield listed
    count += 1
    if (count >= limit) return
  }
  // A disk that goes during the walk must not make it end as if it had seen everything.
  await root.assertThere()
}
