/** The headers that a page of another origin may read: a browser hides all others from it. */
const EXPOSED_HEADERS = [
  'Location',
  'Retry-After',
  'Tus-Checksum-Algorithm',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Resumable',
  'Tus-Version',
  'Upload-Defer-Length',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
].join(', ')

/**
 * The answer with the headers of the Fetch standard (CORS protocol) for the origin of the request. It takes over the
 * body of the given one, whose headers may be immutable, as those of a redirect are. Errors get them, too; without them
 * a page cannot tell a stale upload from a broken network. Without `allowedOrigins` only the application's own origin
 * can read answers, and no answer varies by origin.
 */
export function withCors(request: Request, response: Response, allowedOrigins: readonly string[]): Response {
  const headers = new Headers(response.headers)
  headers.delete('access-control-allow-origin')
  headers.delete('access-control-allow-credentials')
  headers.delete('access-control-expose-headers')
  if (allowedOrigins.length > 0) headers.append('vary', 'Origin')
  const origin = request.headers.get('origin')
  if (origin !== null && allowedOrigins.includes(origin)) {
    headers.set('access-control-allow-origin', origin)
    headers.set('access-control-allow-credentials', 'true')
    headers.set('access-control-expose-headers', EXPOSED_HEADERS)
  }
  const { body, status, statusText } = response
  return new Response(body, { status, statusText, headers })
}
