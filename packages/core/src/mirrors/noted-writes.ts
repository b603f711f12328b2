import type { Database } from '@rindle/prisma'
import { isStagingKey } from '../domain/keys.ts'
import type { JobsAdapter } from '../ports/jobs.ts'
import type { StorageAdapter } from '../ports/storage.ts'
import { followingOf, noteChanged, noteUnderWay } from './mirror-changes.ts'

/** Where changes are noted. */
interface Notes {
  readonly database: Database
  readonly jobs: JobsAdapter
}

/**
 * A mirrored storage whose every change of an object is noted in the database: before it begins, so that a kill at any
 * moment loses none, and with the job that follows once it has ended. What is in staging is not mirrored: it is either
 * copied to its permanent key soon, or deleted. Any other storage is returned as it is.
 */
export function notedWrites(name: string, storage: StorageAdapter, { database, jobs }: Notes): StorageAdapter {
  if (storage.mirroring === undefined) return storage
  const noting = async <T>(given: readonly string[], change: () => Promise<T>): Promise<T> => {
    const keys = given.filter((key) => !isStagingKey(key))
    if (keys.length === 0) return change()
    await noteUnderWay(database, name, keys)
    // A change that failed may have happened all the same. The mirrors look what is there in any case.
    try {
      return await change()
    } finally {
      await follow(keys)
    }
  }
  const follow = async (keys: readonly string[]): Promise<void> => {
    await database.transaction(async (sql) => {
      await noteChanged(sql, name, keys)
      if (jobs.capabilities.has('transactional_enqueue')) await jobs.enqueue([followingOf(name)], sql)
    })
    if (!jobs.capabilities.has('transactional_enqueue')) await jobs.enqueue([followingOf(name)], database)
  }
  const { multipart, resumable } = storage
  return {
    ...storage,
    ...('copyFrom' in storage
      ? {
          copyFrom: async (place, key, options) => noting([key], async () => storage.copyFrom?.(place, key, options)),
        }
      : {}),
    put: (key, body, options) => noting([key], () => storage.put(key, body, options)),
    copy: (from, to, options) => noting([to], () => storage.copy(from, to, options)),
    delete: (key, options) => noting([key], () => storage.delete(key, options)),
    deleteMany: (keys, options) => noting(keys, () => storage.deleteMany(keys, options)),
    multipart: {
      create: (key, options) => multipart.create(key, options),
      signPart: (key, uploadId, partNumber, options) => multipart.signPart(key, uploadId, partNumber, options),
      listParts: (key, uploadId, options) => multipart.listParts(key, uploadId, options),
      complete: (key, uploadId, parts, options) =>
        noting([key], () => multipart.complete(key, uploadId, parts, options)),
      abort: (key, uploadId, options) => multipart.abort(key, uploadId, options),
      listUploads: (prefix, options) => multipart.listUploads(prefix, options),
    },
    resumable: {
      begin: (key, options) => resumable.begin(key, options),
      append: (key, state, body, options) => resumable.append(key, state, body, options),
      finish: (key, state, options) => noting([key], () => resumable.finish(key, state, options)),
      abort: (key, state, options) => resumable.abort(key, state, options),
    },
  }
}
