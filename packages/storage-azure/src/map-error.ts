import { isRindleError, type RindleError } from '@rindle/core'
import {
  FAILURES_OF_MACHINE,
  type FailureOfMachine,
  type StorageCall,
  type StorageFailure,
  storageError,
} from '@rindle/core/adapter'

const MISSING: StorageFailure = { code: 'storage_object_missing', what: 'there is no such object' }
const NO_CONTAINER: StorageFailure = {
  code: 'storage_unavailable',
  what: 'there is no such container; create it, or correct the option `container`',
}
const NO_SERVICE: StorageFailure = {
  code: 'storage_unavailable',
  what: 'a proxy answered instead of Azure; check the option `endpoint`',
}
const DENIED: StorageFailure = {
  code: 'storage_denied',
  what: 'the service refused; check the account, its key and its firewall, and the clock of this machine',
}
const ARCHIVED: StorageFailure = { code: 'storage_denied', what: 'the blob is archived; rehydrate it first' }
const LEASED: StorageFailure = { code: 'storage_denied', what: 'the blob is leased; end the lease' }
const IMMUTABLE: StorageFailure = {
  code: 'storage_denied',
  what: 'a policy of immutability or a legal hold protects the blob',
}
const REPLACED: StorageFailure = {
  code: 'storage_precondition_failed',
  what: 'the object was replaced since its etag was read',
}
const EXISTS: StorageFailure = { code: 'storage_precondition_failed', what: 'there is an object already' }
const BLOCKS_GONE: StorageFailure = {
  code: 'storage_unavailable',
  what: 'another write to the same key dropped blocks of this one; try again',
}
const KEY: StorageFailure = { code: 'storage_key_invalid', what: 'the service does not accept this key' }
const MALFORMED: StorageFailure = {
  code: 'invalid_input',
  what: 'the service does not accept an argument of this call',
}
const CORRUPTED: StorageFailure = { code: 'checksum_mismatch', what: 'the bytes changed in transit; try again' }
const BUSY: StorageFailure = {
  code: 'storage_unavailable',
  what: 'the service is overloaded or failed; try again later',
}
const UNREACHABLE: StorageFailure = { code: 'storage_unavailable', what: 'the service did not answer' }
const FULL: StorageFailure = {
  code: 'insufficient_disk',
  what: 'the disk of this machine is full; free some space and try again',
}

/** By the code of the service. */
const BY_CODE: Readonly<Record<string, StorageFailure>> = {
  BlobNotFound: MISSING,
  ResourceNotFound: MISSING,
  ContainerNotFound: NO_CONTAINER,
  ContainerBeingDeleted: NO_CONTAINER,
  ContainerDisabled: NO_CONTAINER,
  AuthenticationFailed: DENIED,
  AuthorizationFailure: DENIED,
  InvalidAuthenticationInfo: DENIED,
  InsufficientAccountPermissions: DENIED,
  AccountIsDisabled: DENIED,
  BlobArchived: ARCHIVED,
  BlobBeingRehydrated: ARCHIVED,
  LeaseIdMissing: LEASED,
  LeaseIdMismatchWithBlobOperation: LEASED,
  BlobImmutableDueToPolicy: IMMUTABLE,
  ConditionNotMet: REPLACED,
  SourceConditionNotMet: REPLACED,
  TargetConditionNotMet: REPLACED,
  BlobAlreadyExists: EXISTS,
  InvalidBlockList: BLOCKS_GONE,
  InvalidResourceName: KEY,
  InvalidUri: KEY,
  InvalidMd5: CORRUPTED,
  Md5Mismatch: CORRUPTED,
  Crc64Mismatch: CORRUPTED,
  InternalError: BUSY,
  OperationTimedOut: BUSY,
  ServerBusy: BUSY,
  PARSE_ERROR: NO_SERVICE,
  REQUEST_SEND_ERROR: UNREACHABLE,
}

/** By the status of the answer, if its code is unknown. The service gives every 404 a code. */
const BY_STATUS: Readonly<Record<number, StorageFailure>> = {
  400: MALFORMED,
  401: DENIED,
  403: DENIED,
  404: NO_SERVICE,
  408: BUSY,
  409: BUSY,
  412: REPLACED,
  413: MALFORMED,
  416: MALFORMED,
  429: BUSY,
}

const BY_MACHINE: Readonly<Record<FailureOfMachine, StorageFailure>> = { unreachable: UNREACHABLE, disk_full: FULL }

/** The properties that an error of the client, or of the network below it, may have. */
interface Facts {
  readonly name: string
  readonly code?: string | undefined
  readonly status?: number | undefined
  readonly requestId?: string | undefined
}

/**
 * The `RindleError` of a failed request. Returns any other error (one of Rindle, or a mistake in a program) unchanged.
 * The error of the client is not its cause: it holds the request, and that may hold a signature.
 */
export function mapError(error: unknown, call: StorageCall): unknown {
  if (isRindleError(error) || !(error instanceof Error)) return error
  const facts = factsOf(error)
  const failure = failureOf(facts)
  return failure === undefined ? error : makeError(failure, facts, call)
}

/** The `RindleError` for one of many objects of a request, for which the service returned this code. */
export function mapCode(code: string, status: number, call: StorageCall): RindleError {
  const facts = { name: code, code, status }
  return makeError(failureOf(facts) ?? BUSY, facts, call)
}

/** Whether a range began at or past the end of its object. */
export function isPastEnd(error: unknown): boolean {
  return isRindleError(error) && error.details.status === 416
}

function makeError(failure: StorageFailure, { name, code, status, requestId }: Facts, call: StorageCall): RindleError {
  const storeCode = code ?? name
  return storageError('Azure storage', call, failure, {
    origin: [status, storeCode].join(' ').trim(),
    details: {
      ...(status === undefined ? {} : { status }),
      storeCode,
      ...(requestId === undefined ? {} : { requestId }),
    },
  })
}

function failureOf({ name, code, status }: Facts): StorageFailure | undefined {
  // The caller's own abort never gets here: this is the time limit.
  if (name === 'AbortError') return UNREACHABLE
  const named = own(BY_CODE, code)
  if (named !== undefined) return named
  if (status !== undefined && status >= 300) return BY_STATUS[status] ?? (status < 500 ? MALFORMED : BUSY)
  const failure = own(FAILURES_OF_MACHINE, code)
  return failure === undefined ? undefined : BY_MACHINE[failure]
}

function own<T>(table: Readonly<Record<string, T>>, name: string | undefined): T | undefined {
  return name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined
}

function factsOf(error: Error): Facts {
  const { code, statusCode, details, response } = error as Error & {
    readonly code?: unknown
    readonly statusCode?: unknown
    readonly details?: { readonly errorCode?: unknown; readonly requestId?: unknown }
    readonly response?: { readonly headers?: { get(name: string): string | undefined } }
  }
  // An answer to HEAD has its code in a header alone.
  const header = details?.errorCode ?? response?.headers?.get('x-ms-error-code')
  const named = [code, header].find((each) => typeof each === 'string' && own(BY_CODE, each) !== undefined)
  const requestId = details?.requestId
  return {
    name: error.name,
    code: firstText(named, header, code),
    status: typeof statusCode === 'number' ? statusCode : undefined,
    requestId: typeof requestId === 'string' ? requestId : undefined,
  }
}

function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value) => typeof value === 'string')
}
