import { type ErrorCode, type JsonObject, RindleError } from '../../domain/errors.ts'

/** The call in which a storage failed. */
export interface StorageCall {
  /** The method of the port. */
  readonly operation: string
  /** The object, if the call is about one. */
  readonly key?: string
}

/** How an adapter tells one kind of failure. */
export interface StorageFailure {
  readonly code: ErrorCode
  /** The problem and the next step, without a full stop. */
  readonly what: string
}

/**
 * The error of a failed call: `S3 storage, put of "a/b": the store did not answer (ECONNRESET).` `storage` names the
 * adapter, `origin` is the code that its system gave. The details hold the operation, the key, and `details`.
 */
export function storageError(
  storage: string,
  { operation, key }: StorageCall,
  { code, what }: StorageFailure,
  { origin, details, cause }: { readonly origin: string; readonly details: JsonObject; readonly cause?: unknown },
): RindleError {
  const subject = key === undefined ? operation : `${operation} of "${key}"`
  return new RindleError(code, `${storage}, ${subject}: ${what} (${origin}).`, {
    details: { operation, ...(key === undefined ? {} : { key }), ...details },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** The error of an etag that is not the expected one; `retryable` if the caller expected none. */
export function etagDiffers(key: string, retryable = false): RindleError {
  return new RindleError('storage_precondition_failed', `The object "${key}" was replaced since its etag was read.`, {
    details: { key },
    retryable,
  })
}
