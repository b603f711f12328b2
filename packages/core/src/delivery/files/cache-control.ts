/** The facts that decide how long an answer to a URL may be kept. */
export interface Cacheable {
  /** The end of the URL; `null`: never, of a public profile. */
  readonly expiresAt: Date | null
  /** Whether the URL means these bytes for as long as it lives: any others have another URL. */
  readonly isCurrent: boolean
  readonly now: Date
}

const YEAR_SECONDS = 31_536_000
// An object that is evicted, or replaced by a newer one, must not be linked for ever.
const REDIRECT_SECONDS = 3_600

/**
 * The Cache-Control of a file: as long as its URL is valid, if this URL always means these bytes; otherwise a cache has
 * to ask each time. Shared caches keep only what has no expiry. Pure.
 */
export function fileCacheControl({ expiresAt, isCurrent, now }: Cacheable): string {
  const scope = expiresAt === null ? 'public' : 'private'
  if (!isCurrent) return `${scope}, no-cache`
  return `${scope}, max-age=${restSeconds(expiresAt, now)}, immutable`
}

/** The same for a redirect to the file: an hour at most. Pure. */
export function redirectCacheControl({ expiresAt, isCurrent, now }: Cacheable): string {
  const scope = expiresAt === null ? 'public' : 'private'
  if (!isCurrent) return `${scope}, no-cache`
  return `${scope}, max-age=${Math.min(REDIRECT_SECONDS, restSeconds(expiresAt, now))}`
}

/** The `max-age` until the end of a URL, in seconds: a year if it never ends. Pure. */
export function restSeconds(expiresAt: Date | null, now: Date): number {
  return expiresAt === null ? YEAR_SECONDS : Math.max(0, Math.floor((expiresAt.getTime() - now.getTime()) / 1_000))
}
