/**
 * Lets pages of every origin read an answer: the token in its URL grants it, and no cookie does, since a browser sends
 * none to `*`. Players need it where pages and files have different origins.
 */
export function readableByPages(response: Response): Response {
  for (const [name, value] of Object.entries(READABLE_BY_PAGES)) response.headers.set(name, value)
  return response
}

/** The headers of {@link readableByPages}. */
export const READABLE_BY_PAGES = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'accept-ranges, content-length, content-range, etag',
} as const

/** The same for an answer that only says "unchanged": a browser has the list of the readable headers with its copy. */
export const UNCHANGED_READABLE_BY_PAGES = { 'access-control-allow-origin': '*' } as const

/** The answer to the question of a browser whether a page of another origin may read, and in ranges. */
export function preflight(): Response {
  const headers = {
    'access-control-allow-methods': 'GET, HEAD',
    'access-control-allow-headers': 'range',
    'access-control-max-age': '86400',
  }
  return readableByPages(new Response(null, { status: 204, headers }))
}
