import { BlobSASPermissions, generateBlobSASQueryParameters, SASProtocol } from '@azure/storage-blob'
import { RindleError, type SignedRequest } from '@rindle/core'
import type { SignGetOptions } from '@rindle/core/adapter'
import { type AzureContainer, anyNameOf, encodedName } from './azure-container.ts'

/**
 * Signs the reading of an object by a shared access signature, without I/O. Disposition and type are in the signature.
 * The same options give the same URL, so that browsers and CDNs can cache.
 */
export function signGet(container: AzureContainer, key: string, options: SignGetOptions): SignedRequest {
  const { expiresAt, disposition, contentType } = options
  const url = sasUrl(container, container.config.publicEndpoint, key, {
    expiresAt,
    ...(disposition === undefined ? {} : { contentDisposition: headerValue('disposition', disposition) }),
    ...(contentType === undefined ? {} : { contentType: headerValue('content type', contentType) }),
  })
  return { method: 'GET', url, headers: {} }
}

/** The URL of an object as the source of a copy inside the service. */
export function sourceUrl(container: AzureContainer, key: string): string {
  return sasUrl(container, container.config.endpoint, key, { expiresAt: new Date(Date.now() + COPY_LIFE_MS) })
}

const COPY_LIFE_MS = 3_600_000

interface SasOptions {
  readonly expiresAt: Date
  readonly contentDisposition?: string
  readonly contentType?: string
}

function sasUrl(
  container: AzureContainer,
  endpoint: string,
  key: string,
  { expiresAt, ...overrides }: SasOptions,
): string {
  const { credential, config } = container
  if (Number.isNaN(expiresAt.getTime())) {
    throw new RindleError('invalid_input', 'The expiry of a signed request is not a date.')
  }
  const blobName = anyNameOf(container, key)
  const query = generateBlobSASQueryParameters(
    {
      containerName: config.container,
      blobName,
      permissions: BlobSASPermissions.parse('r'),
      expiresOn: new Date(Math.floor(expiresAt.getTime() / 1000) * 1000),
      ...(endpoint.startsWith('https:') ? { protocol: SASProtocol.Https } : {}),
      ...overrides,
    },
    credential,
  )
  return `${endpoint}/${config.container}/${encodedName(blobName)}?${query.toString()}`
}

function headerValue(what: string, value: string): string {
  if (/^[\t\x20-\x7e]*$/.test(value)) return value
  throw new RindleError(
    'invalid_input',
    `The ${what} cannot be a header, because it contains more than printable ASCII.`,
  )
}
