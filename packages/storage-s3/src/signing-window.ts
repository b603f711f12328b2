import { RindleError } from '@rindle/core'

const MAX_LIFETIME_SECONDS = 7 * 24 * 60 * 60

/** The period of a signature, as S3 writes it. */
export interface SigningWindow {
  readonly signingDate: Date
  readonly expiresInSeconds: number
}

/**
 * The window that ends at `expiresAt`, to the second. A signed URL holds the start of its window, so the window does
 * not start now but a power of two of seconds before its end: a while later, the same `expiresAt` still gives the same
 * URL, and caches can work. An end in the past gives a window that is over. `invalid_input` for an invalid date, or one
 * more than the seven days ahead that S3 allows. Pure.
 */
export function signingWindow(expiresAt: Date, now: Date): SigningWindow {
  const endSeconds = Math.floor(expiresAt.getTime() / 1000)
  const leftSeconds = endSeconds - Math.floor(now.getTime() / 1000)
  if (Number.isNaN(leftSeconds)) throw new RindleError('invalid_input', 'The expiry of a signed request is not a date.')
  if (leftSeconds > MAX_LIFETIME_SECONDS) {
    throw new RindleError('invalid_input', `S3 signs for at most seven days, not until ${expiresAt.toISOString()}.`)
  }
  const expiresInSeconds = Math.min(2 ** Math.ceil(Math.log2(Math.max(1, leftSeconds))), MAX_LIFETIME_SECONDS)
  return { signingDate: new Date((endSeconds - expiresInSeconds) * 1000), expiresInSeconds }
}
