import { isRindleError } from '../../domain/errors.ts'
import type { StorageAdapter } from '../../ports/storage.ts'

/** A server answered a signed request, but not as the storage would. */
export class Unexpected extends Error {
  readonly status: number

  constructor(what: string, status: number) {
    super(`${what} is answered with ${status}`)
    this.status = status
  }
}

/** A CDN answered a signed URL, but not with the object. */
export class Undelivered extends Unexpected {}

/** A CDN answered a URL that nobody signed with the object. */
export class Unprotected extends Error {
  constructor() {
    super('the CDN delivers objects without a signature')
  }
}

/** The advice for a failed step, by the kind of storage. Pure. */
export function storageAdvice(error: unknown, { capabilities }: Pick<StorageAdapter, 'capabilities'>): string {
  if (error instanceof Unprotected) {
    return 'Make the CDN require signed URLs for every path of the storage, and make the store accept only the CDN.'
  }
  if (error instanceof Undelivered) return undeliveredAdvice(error)
  return capabilities.has('local') ? localAdvice(error) : remoteAdvice(error)
}

function undeliveredAdvice({ status }: Undelivered): string {
  if (status === 404) return 'Make the CDN request the unchanged path from the store, with the prefix of the storage.'
  return (
    'Give the CDN the key that signs here and permission to read the store, synchronise the clocks, and let the CDN change no ' +
    'path and no query.'
  )
}

/**
 * The advice where no server answers. Only the operator knows whether clients reach an address that this machine does
 * not. Pure.
 */
export function unreachableAdvice({ capabilities }: Pick<StorageAdapter, 'capabilities'>): string {
  return capabilities.has('local')
    ? 'Start the application, which answers such requests with rindle.serveFile(), or correct `baseUrl`.'
    : 'Correct the endpoint that URLs are signed for, unless clients reach it and only this machine does not.'
}

function localAdvice(error: unknown): string {
  if (error instanceof Unexpected && error.status === 403) {
    return 'Configure the same `signingKey` in the application at `baseUrl` as in this process, and synchronise their clocks.'
  }
  if (error instanceof Unexpected) {
    return 'Make the application answer such requests with rindle.serveFile(), below the path of `baseUrl`.'
  }
  if (isRindleError(error, 'storage_denied')) {
    return 'Allow the user of this process to read and write below the root directory, and remove symbolic links there.'
  }
  if (isRindleError(error, 'storage_unavailable'))
    return 'Mount the disk of the root directory, or create the directory.'
  if (isRindleError(error, 'insufficient_disk')) return 'Free space on the disk of the root directory.'
  return 'Check the root directory, and the application at `baseUrl`.'
}

function remoteAdvice(error: unknown): string {
  if (error instanceof Unexpected && error.status === 403) {
    return (
      'Synchronise the clocks, let no proxy change the host or the headers of a request, and grant the credentials ' +
      'the permissions that the README of the adapter lists.'
    )
  }
  if (isRindleError(error, 'storage_denied')) {
    return 'Correct the credentials, or grant them the permissions that the README of the adapter lists.'
  }
  if (isRindleError(error, 'storage_unavailable'))
    return 'Start the storage, correct its endpoint, or create its bucket.'
  if (isRindleError(error, 'insufficient_disk')) return 'Free space where the storage keeps its objects.'
  return 'Check the options of the storage, and the network between it and this machine.'
}
