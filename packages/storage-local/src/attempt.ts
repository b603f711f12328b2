import { isRindleError } from '@rindle/core'
import { hasErrno } from './errno.ts'
import { type FailedCall, mapError } from './map-error.ts'
import type { StorageRoot } from './storage-root.ts'

/**
 * Does the file work of one call. An aborted call rejects with the signal's reason, whatever the work made of it; a
 * failed system call with what `mapError` says. That something is missing is believed only of a root that is there.
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
