/** The longest lifetime of a signed URL that every storage supports: S3 signs at most seven days ahead. */
export const MAX_EXPIRY_SECONDS = 604_800

/** The shortest remaining lifetime of a signed URL by default. */
export const DEFAULT_EXPIRY_SECONDS = 900

/**
 * Returns when a URL that is issued now expires: never before the requested lifetime, which is rounded up to the next
 * half lifetime, and never later than `maxSeconds` from now. The rounding gives the same asset the same URL for a
 * while, so that caches can work. Pure.
 */
export function expiryOf(now: Date, expiresInSeconds: number, maxSeconds: number): Date {
  const windowMs = Math.max(1_000, (expiresInSeconds * 1_000) / 2)
  const earliestMs = now.getTime() + expiresInSeconds * 1_000
  const roundedMs = Math.ceil(earliestMs / windowMs) * windowMs
  return new Date(Math.min(roundedMs, now.getTime() + maxSeconds * 1_000))
}
