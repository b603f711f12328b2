import { isRindleError } from '@rindle/core'
import { type StorageFailure as Mapping, type StorageCall, storageError } from '@rindle/core/adapter'
import { isErrno } from './errno.ts'

const MISSING: Mapping = { code: 'storage_object_missing', what: 'there is no such object' }
const OCCUPIED: Mapping = {
  code: 'storage_key_invalid',
  what: 'a directory and a file cannot share a name, so no key may be a path prefix of another',
}
const DENIED: Mapping = {
  code: 'storage_denied',
  what: 'the operating system refused; check the owner and the permissions of the root directory',
}
const FULL: Mapping = { code: 'insufficient_disk', what: 'the disk or the quota is full; free space and try again' }
const UNAVAILABLE: Mapping = { code: 'storage_unavailable', what: 'the file system failed' }

const MAPPINGS: Readonly<Record<string, Mapping>> = {
  ENOENT: MISSING,
  ENOTDIR: OCCUPIED,
  EISDIR: OCCUPIED,
  EEXIST: OCCUPIED,
  ENOTEMPTY: OCCUPIED,
  ENAMETOOLONG: { code: 'storage_key_invalid', what: 'a segment of the key is longer than a file name may be' },
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: { code: 'storage_denied', what: 'the file system is mounted read-only' },
  ELOOP: { code: 'storage_denied', what: 'symbolic links are not followed below the root directory' },
  ENOSPC: FULL,
  EDQUOT: FULL,
}

/**
 * The `RindleError` of a failed system call, with the original as `cause`. Returns any other error (one of Rindle, or a
 * mistake in a program) unchanged.
 */
export function mapError(error: unknown, call: StorageCall): unknown {
  if (isRindleError(error) || !isErrno(error) || error.code === undefined) return error
  const { code } = error
  return storageError('Local storage', call, MAPPINGS[code] ?? UNAVAILABLE, {
    origin: code,
    details: { errno: code },
    cause: error,
  })
}
