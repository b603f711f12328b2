import { isRindleError, type RindleError } from '@rindle/core'
import {
  FAILURES_OF_MACHINE,
  type FailureOfMachine,
  type StorageFailure as Mapping,
  type StorageCall,
  storageError,
} from '@rindle/core/adapter'

/** The call in which a request failed. */
export interface FailedCall extends StorageCall {
  /** Whether the answer has no room for a reason. */
  readonly isHead?: boolean
}

const MISSING: Mapping = { code: 'storage_object_missing', what: 'there is no such object' }
const NO_UPLOAD: Mapping = {
  code: 'storage_object_missing',
  what: 'there is no such multipart upload: it was completed, aborted, or never begun',
}
const NO_BUCKET: Mapping = {
  code: 'storage_unavailable',
  what: 'there is no such bucket; create it, or correct the option `bucket`',
}
const NO_STORE: Mapping = {
  code: 'storage_unavailable',
  what: 'a proxy answered instead of the S3 store; check the option `endpoint`',
}
const DENIED: Mapping = {
  code: 'storage_denied',
  what: 'the store refused; check the credentials, their permissions and the policy of the bucket',
}
const WRONG_KEYS: Mapping = { code: 'storage_denied', what: 'the store does not accept the credentials; check them' }
const CLOCK: Mapping = {
  code: 'storage_denied',
  what: 'the clocks of this machine and of the store disagree; synchronise them',
}
const ARCHIVED: Mapping = { code: 'storage_denied', what: 'the object is archived; restore it first' }
const NOT_OFFERED: Mapping = {
  code: 'storage_denied',
  what: 'the store does not support the request; check `serverSideEncryption` and `storageClass`',
}
const REPLACED: Mapping = {
  code: 'storage_precondition_failed',
  what: 'the object was replaced since its etag was read',
}
const OTHER_PART: Mapping = {
  code: 'storage_precondition_failed',
  what: 'the store does not have a part of that number and etag; list the parts and complete with those',
}
const ELSEWHERE: Mapping = {
  code: 'config_invalid',
  what: 'the bucket is in another region or at another endpoint; correct the options',
}
const MALFORMED: Mapping = { code: 'invalid_input', what: 'the store does not accept an argument of this call' }
const KEY: Mapping = { code: 'storage_key_invalid', what: 'the store does not accept this key' }
const CORRUPTED: Mapping = { code: 'checksum_mismatch', what: 'the bytes changed in transit; try again' }
const BUSY: Mapping = { code: 'storage_unavailable', what: 'the store is overloaded or failed; try again later' }
const UNREACHABLE: Mapping = { code: 'storage_unavailable', what: 'the store did not answer' }
const FULL: Mapping = {
  code: 'insufficient_disk',
  what: 'the disk of this machine is full; free some space and try again',
}

/** By the store's code, or the SDK's name for its own errors. */
const BY_NAME: Readonly<Record<string, Mapping>> = {
  NoSuchKey: MISSING,
  NoSuchVersion: MISSING,
  NotFound: MISSING,
  NoSuchUpload: NO_UPLOAD,
  NoSuchBucket: NO_BUCKET,
  AccessDenied: DENIED,
  InvalidAccessKeyId: WRONG_KEYS,
  SignatureDoesNotMatch: WRONG_KEYS,
  ExpiredToken: WRONG_KEYS,
  InvalidToken: WRONG_KEYS,
  CredentialsProviderError: WRONG_KEYS,
  RequestTimeTooSkewed: CLOCK,
  InvalidObjectState: ARCHIVED,
  NotImplemented: NOT_OFFERED,
  InvalidStorageClass: NOT_OFFERED,
  PreconditionFailed: REPLACED,
  InvalidPart: OTHER_PART,
  InvalidPartOrder: OTHER_PART,
  PermanentRedirect: ELSEWHERE,
  TemporaryRedirect: ELSEWHERE,
  AuthorizationHeaderMalformed: ELSEWHERE,
  KeyTooLongError: KEY,
  BadDigest: CORRUPTED,
  InvalidDigest: CORRUPTED,
  XAmzContentChecksumMismatch: CORRUPTED,
  XAmzContentSHA256Mismatch: CORRUPTED,
  InternalError: BUSY,
  OperationAborted: BUSY,
  RequestTimeout: BUSY,
  ServiceUnavailable: BUSY,
  SlowDown: BUSY,
  Throttling: BUSY,
  ThrottlingException: BUSY,
  TimeoutError: UNREACHABLE,
}

/** By the status of the answer, if its code is unknown: some stores have their own codes, and HEAD has none. */
const BY_STATUS: Readonly<Record<number, Mapping>> = {
  301: ELSEWHERE,
  307: ELSEWHERE,
  400: MALFORMED,
  401: WRONG_KEYS,
  403: DENIED,
  404: MISSING,
  408: BUSY,
  409: BUSY,
  412: REPLACED,
  416: MALFORMED,
  429: BUSY,
  501: NOT_OFFERED,
}

const BY_MACHINE: Readonly<Record<FailureOfMachine, Mapping>> = { unreachable: UNREACHABLE, disk_full: FULL }

/** The properties that an error of the SDK, or of the network below it, may have. */
interface Facts {
  readonly name: string
  readonly status?: number | undefined
  readonly errno?: string | undefined
  readonly requestId?: string | undefined
  readonly contentType?: string | undefined
}

/**
 * The `RindleError` of a failed request. Returns any other error (one of Rindle, or a mistake in a program) unchanged.
 */
export function mapError(error: unknown, call: FailedCall): unknown {
  if (isRindleError(error) || !(error instanceof Error)) return error
  const facts = factsOf(error)
  const mapping = call.isHead !== true && isOfAnother(facts) ? NO_STORE : mappingOf(facts)
  return mapping === undefined ? error : makeError(mapping, { facts, call, cause: error })
}

/** The `RindleError` for one of many objects of a request, for which the store returned this code. */
export function mapStoreCode(code: string, call: FailedCall): RindleError {
  return makeError(own(BY_NAME, code) ?? BUSY, { facts: { name: code }, call })
}

function makeError(
  mapping: Mapping,
  { facts, call, cause }: { readonly facts: Facts; readonly call: FailedCall; readonly cause?: Error },
): RindleError {
  const { name, status, errno, requestId } = facts
  const storeCode = status === undefined ? (errno ?? name) : name
  return storageError('S3 storage', call, mapping, {
    origin: [status, storeCode].join(' ').trim(),
    details: {
      ...(status === undefined ? {} : { status }),
      storeCode,
      ...(requestId === undefined ? {} : { requestId }),
    },
    // A store that refuses a signature echoes the request, including the session token.
    ...(mapping.code === 'storage_denied' ? {} : { cause }),
  })
}

/**
 * Whether a proxy or a load balancer has answered that it knows no such address. A store says in XML that it has no
 * such object, or says nothing at all; taking a proxy's page for that would turn an outage into missing objects.
 */
function isOfAnother({ name, status, contentType }: Facts): boolean {
  const isNamed = name !== 'NotFound' && own(BY_NAME, name) !== undefined
  return status === 404 && !isNamed && contentType !== undefined && !/\bxml\b/.test(contentType)
}

function mappingOf({ name, status, errno }: Facts): Mapping | undefined {
  const named = own(BY_NAME, name)
  if (named !== undefined) return named
  if (status !== undefined && status >= 300) return BY_STATUS[status] ?? (status < 500 ? MALFORMED : BUSY)
  const failure = errno === undefined ? undefined : own(FAILURES_OF_MACHINE, errno)
  return failure === undefined ? undefined : BY_MACHINE[failure]
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

function factsOf(error: Error): Facts {
  const { code, $metadata, $response } = error as Error & {
    readonly code?: unknown
    readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
    readonly $response?: { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> }
  }
  return {
    name: error.name,
    // An answer that is not XML, for instance from a proxy, has a response and no metadata.
    status: $metadata?.httpStatusCode ?? $response?.statusCode,
    errno: typeof code === 'string' ? code : undefined,
    requestId: $metadata?.requestId,
    contentType: $response?.headers?.['content-length'] === '0' ? undefined : $response?.headers?.['content-type'],
  }
}
