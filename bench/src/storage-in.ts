import { join } from 'node:path'
import type { StorageAdapter } from '@rindle/core'
import { localStorage } from '@rindle/storage-local'

/** Local storage below the directory of a bench. Its URLs are those of a handler at `/rindle`, where a side serves them. */
export function storageIn(directory: string): StorageAdapter {
  return localStorage({
    directory: join(directory, 'storage'),
    baseUrl: 'http://127.0.0.1/rindle',
    signingKey: 'a key for benchmarks only, of enough characters',
  })
}
