import { isRindleError } from '@rindle/core'
import { attemptCall, type StorageCall } from '@rindle/core/adapter'
import { hasErrno } from './errno.ts'
import { mapError } from './map-error.ts'
import type { StorageRoot } from './storage-root.ts'

/**
 * Runs the file work of one call, see `attemptCall`; a failed system call rejects with the error of `mapError`. "Missing"
 * counts only below a root that exists.
 */
export function attempt<T>(
  root: Pick<StorageRoot, 'assertThere'>,
  call: StorageCall,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  return attemptCall(signal, work, async (error) => {
    const isMissing = hasErrno(error, 'ENOENT') || isRindleError(error, 'storage_object_missing')
    if (isMissing) await root.assertThere()
    return mapError(error, call)
  })
}
