import { RindleError } from '@rindle/core'

/** The version of the protocol that this server speaks. */
export const TUS_VERSION = '1.0.0'

/** The content type of a body that continues an upload. */
export const OFFSET_STREAM = 'application/offset+octet-stream'

const OVERRIDABLE: readonly string[] = ['PATCH', 'DELETE', 'HEAD']

/**
 * Normalizes a request: its method, where a network lets only POST through, and its headers, in the form that
 * @tus/server compares. Throws `invalid_input` with the reason `unsupported_version` (412), `unsupported_media_type`
 * (415) or none (400). Reads no body.
 */
export function protocolRequest(request: Request): Request {
  const method = methodOf(request)
  if (method === 'OPTIONS') return request
  assertVersion(request.headers)
  const headers = comparable(request.headers)
  if (method === 'PATCH') assertPatch(headers)
  // A HEAD has no body, even if the POST that stands for it had one.
  if (method === 'HEAD') return new Request(request.url, { method, headers, signal: request.signal })
  const isSame = method === request.method && CHANGED.every((name) => headers.get(name) === request.headers.get(name))
  // Kept if possible: a new request has a new stream, and nothing says who holds its chunks.
  return isSame ? request : new Request(request, { method, headers })
}

const CHANGED = ['content-type', 'upload-metadata'] as const

function comparable(given: Headers): Headers {
  const headers = new Headers(given)
  if (mediaType(headers.get('content-type')) === OFFSET_STREAM) headers.set('content-type', OFFSET_STREAM)
  const metadata = headers.get('upload-metadata')
  if (metadata !== null) headers.set('upload-metadata', withoutSpaces(metadata))
  return headers
}

function methodOf({ method, headers }: Request): string {
  const meant = headers.get('x-http-method-override')?.toUpperCase()
  return method === 'POST' && meant !== undefined && OVERRIDABLE.includes(meant) ? meant : method
}

function assertVersion(headers: Headers): void {
  if (headers.get('tus-resumable') === TUS_VERSION) return
  throw new RindleError('invalid_input', `Send Tus-Resumable: ${TUS_VERSION}, the only supported version.`, {
    details: { reason: 'unsupported_version' },
  })
}

function assertPatch(headers: Headers): void {
  if (headers.get('content-type') !== OFFSET_STREAM) {
    throw new RindleError('invalid_input', `The Content-Type of a PATCH must be ${OFFSET_STREAM}.`, {
      details: { reason: 'unsupported_media_type' },
    })
  }
  if (headers.get('upload-offset') !== null) return
  throw new RindleError('invalid_input', 'A PATCH needs Upload-Offset, which says where its bytes belong.')
}

/** The media type without parameters, in lower case (RFC 9110, 8.3.1); empty if there is none. */
function mediaType(value: string | null): string {
  return (value?.split(';', 1)[0] ?? '').trim().toLowerCase()
}

/** Removes the spaces between pairs: clients write lists as HTTP does, the protocol has no space after the comma. */
function withoutSpaces(metadata: string): string {
  return metadata
    .split(',')
    .map((pair) => pair.trim().replace(/ +/g, ' '))
    .join(',')
}
