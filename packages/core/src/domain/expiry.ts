/** The longest life of a signed URL that every storage can give: S3 signs at most seven days ahead. */
export const MAX_EXPIRY_SECONDS = 604_800

/** The least remaining life of a signed URL where nobody says otherwise. */
export const DEFAULT_EXPIRY_SECONDS = 900

/**
 * When a URL issued now ends to work: never sooner than the asked-for lifetime, rounded up to the next half lifetime,
 * so that the same asset gets the same URL for a while and caches can work; and never later than `maxSeconds` from now.
 * Pure.
 */
export function expiryOf(now: Date, expiresInSeconds: number, maxSeconds: number): Date {
  const windowMs = Math.max(1_000, (expiresInSeconds * 1_000) / 2)
  const earliestMs = now.getTime() + expiresInSeconds * 1_000
  const roundedMs = Math.ceil(earliestMs / windowMs) * windowMs
  return new Date(Math.min(roundedMs, now.getTime() + maxSeconds * 1_000))
}
