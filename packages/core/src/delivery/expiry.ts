/** The longest life of a signed URL that every storage can give: S3 signs at most seven days ahead. */
export const MAX_EXPIRY_SECONDS = 604_800

/**
 * When a URL issued now ends to work: never sooner than the asked-for lifetime, rounded up to the next half lifetime,
 * so that the same asset gets the same URL for a while and caches can work; and never later than
 * {@link MAX_EXPIRY_SECONDS} from now. Pure.
 */
export function expiryOf(now: Date, expiresInSeconds: number): Date {
  const windowMs = Math.max(1_000, (expiresInSeconds * 1_000) / 2)
  const earliestMs = now.getTime() + expiresInSeconds * 1_000
  const roundedMs = Math.ceil(earliestMs / windowMs) * windowMs
  return new Date(Math.min(roundedMs, now.getTime() + MAX_EXPIRY_SECONDS * 1_000))
}
