import { type ErrorCode, isRindleError, RindleError } from '@rindle/core'
import { isErrno } from './errno.ts'

/** The call in which a system call failed. */
export interface FailedCall {
  /** The method of the port. */
  readonly operation: string
  /** The object, if the call is about one. */
  readonly key?: string
}

interface Mapping {
  readonly code: ErrorCode
  readonly what: string
}

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
export function mapError(error: unknown, call: FailedCall): unknown {
  if (isRindleError(error) || !isErrno(error) || error.code === undefined) return error
  const { code, what } = MAPPINGS[error.code] ?? UNAVAILABLE
  const subject = call.key === undefined ? call.operation : `${call.operation} of "${call.key}"`
  return new RindleError(code, `Local storage, ${subject}: ${what} (${error.code}).`, {
    details: { operation: call.operation, ...(call.key === undefined ? {} : { key: call.key }), errno: error.code },
    cause: error,
  })
}
