import { RindleError } from '@rindle/core'
import { isReadableKey, readableKey } from '@rindle/core/adapter'
import { z } from 'zod'

/** The option `baseUrl` of every signer: where objects are, without a slash at its end. */
export const baseUrlOption: z.ZodType<string, string> = z
  .url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })
  .refine((text) => !/[?#@*]/.test(text), 'must have no user, no query, no fragment and no asterisk')
  .transform((text) => text.replace(/\/+$/, ''))

/** The option `purge` of every signer. */
export type Purge = (paths: readonly string[], options: { readonly signal?: AbortSignal }) => Promise<void>

/** The option `purge` of every signer. */
export const purgeOption: z.ZodOptional<z.ZodType<Purge>> = z
  .custom<Purge>((value) => typeof value === 'function', 'must be a function')
  .optional()

/** A key that signs, and its id. */
export interface SigningSecret {
  /** Stands in URLs, so that the verifier takes the right secret: `1`, `2026-11`. */
  readonly id: string
  /** At least 32 characters that nobody guesses. */
  readonly secret: string
}

const secretOption = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 letters, digits, "-" or "_"'),
  secret: z
    .string()
    .min(32, 'must be a secret of at least 32 characters')
    .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII without spaces'),
})

/** The option `keys` of the signers with shared secrets: the first signs. */
export const secretsOption: z.ZodType<readonly [SigningSecret, ...SigningSecret[]]> = z
  .tuple([secretOption], secretOption)
  .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'must have different ids')

/** Whole seconds, rounded down: a URL never outlives its expiry. `invalid_input` for an invalid date. Pure. */
export function expirySeconds(expiresAt: Date): number {
  const seconds = Math.floor(expiresAt.getTime() / 1000)
  if (Number.isSafeInteger(seconds)) return seconds
  throw new RindleError('invalid_input', 'The expiry of a signed URL is not a date.')
}

/** The value of a header as URLs can hold it. `invalid_input` for more than printable ASCII. Pure. */
export function headerValue(what: string, value: string | undefined): string {
  if (value === undefined || /^[\x20-\x7e]*$/.test(value)) return value ?? ''
  throw new RindleError(
    'invalid_input',
    `The ${what} cannot be a header, because it contains more than printable ASCII.`,
  )
}

/** The prefix itself, if it is one or more folders with a slash at its end. `invalid_input` for any other. Pure. */
export function checkPrefix(prefix: string): string {
  if (prefix.endsWith('/') && isSignable(prefix.slice(0, -1))) return prefix
  throw new RindleError(
    'invalid_input',
    `The prefix ${JSON.stringify(prefix)} must be folders with a slash at its end.`,
  )
}

/** The part of a key below a prefix. `invalid_input` for a key that is not below it. Pure. */
export function belowPrefix(prefix: string, key: string): string {
  if (checkKey(key).startsWith(prefix)) return key.slice(prefix.length)
  throw new RindleError('invalid_input', `The key "${key}" is not below the signed prefix "${prefix}".`)
}

/** The key itself, if a URL can hold it without a wildcard of a policy. `storage_key_invalid`. Pure. */
export function checkKey(key: string): string {
  if (isSignable(readableKey(key))) return key
  throw new RindleError(
    'storage_key_invalid',
    `The key ${JSON.stringify(key)} contains "*", "?" or "|", so it cannot be signed for a CDN.`,
  )
}

/** A key or a prefix as the path of a URL, with everything encoded but unreserved characters. Pure. */
export function encodedPath(key: string): string {
  return key.split('/').map(encodedText).join('/')
}

/** Text as a value in a URL, with everything encoded but unreserved characters. Pure. */
export function encodedText(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
}

function isSignable(key: string): boolean {
  return isReadableKey(key) && !/[*?|]/.test(key)
}
