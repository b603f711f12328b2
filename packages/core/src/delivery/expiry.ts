/**
 * When a URL issued now ends to work: never sooner than the asked-for lifetime, rounded up to the next half lifetime,
 * so that the same asset gets the same URL for a while and caches can work. Pure.
 */
export function expiryOf(now: Date, expiresInSeconds: number): Date {
  const windowMs = Math.max(1_000, (expiresInSeconds * 1_000) / 2)
  const earliestMs = now.getTime() + expiresInSeconds * 1_000
  return new Date(Math.ceil(earliestMs / windowMs) * windowMs)
}
