import { isRindleError } from '@rindle/core'
import { hasErrno } from './errno.ts'
import { type FailedCall, mapError } from './map-error.ts'
import type { StorageRoot } from './storage-root.ts'

/**
 * Runs the file work of one call. An aborted call rejects with the signal's reason, whatever the work returned; a
 * failed system call rejects with the error of `mapError`. "Missing" counts only below a root that exists.
 */
export async function attempt<T>(
  root: Pick<StorageRoot, 'assertThere'>,
  call: FailedCall,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  try {
    return await work()
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    const isMissing = hasErrno(error, 'ENOENT') || isRindleError(error, 'storage_object_missing')
    if (isMissing) await root.assertThere()
    throw mapError(error, call)
  }
}
