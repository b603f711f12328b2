import { assertListLimit, isKey, isReadableKey, type ListedObject, type ListOptions } from '@rindle/core/adapter'
import { mapError } from './map-error.ts'
import type { StorageRoot } from './storage-root.ts'
import { walkObjects } from './walk-objects.ts'

/**
 * Walks the objects whose key begins with `prefix`, in ascending order of the keys' UTF-8 bytes. Memory is bounded by
 * the entries of the directories on one path. Skips files whose names are not keys, such as temporary ones, symbolic
 * links, and files that vanish during the walk.
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
  { limit = Number.POSITIVE_INFINITY, signal, foreign = false }: ListOptions,
): AsyncGenerator<ListedObject> {
  assertListLimit(limit)
  signal?.throwIfAborted()
  const parent = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  const isTaken = foreign ? isReadableKey : isKey
  if (parent !== '' && !isTaken(parent.slice(0, -1))) return
  const path = await root.lookUp(() => root.locateDirectory(parent.slice(0, -1)))
  if (path === undefined) return
  let count = 0
  for await (const listed of walkObjects(path, { parent, prefix, foreign })) {
    signal?.throwIfAborted()
    yield listed
    count += 1
    if (count >= limit) return
  }
  // If the disk goes away during the walk, the walk must not look complete.
  await root.assertThere()
}
