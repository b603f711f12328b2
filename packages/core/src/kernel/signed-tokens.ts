import { createHmac } from 'node:crypto'
import { RindleError } from '../domain/errors.ts'
import { BoundedMap } from './bounded-map.ts'
import { equalsInConstantTime } from './equals-in-constant-time.ts'

// A film is read in many ranges by one URL, and a picture by many pages: its token is verified once. At most 8 MB.
const REMEMBERED = 1_000

/** The length of the longest token: longer ones are not made, and refused unread. */
export const MAX_TOKEN_LENGTH = 8192

/** Makes and reads signed tokens of one use. Whoever has one can read it: it holds no secret. */
export interface SignedTokens {
  /** Equal values give equal tokens. May be longer than {@link MAX_TOKEN_LENGTH}: check it. */
  sign(payload: object): string
  /** The value in a token; `undefined` if it was signed elsewhere or is malformed, without saying which. */
  open(token: string): unknown
}

/**
 * Tokens `payload.signature`, base64url, HMAC-SHA-256. The first key signs, all verify. `use` separates these signatures
 * from any other use of the same secrets.
 */
export function signedTokens(use: string, keys: readonly [string, ...string[]]): SignedTokens {
  const signature = (key: string, payload: string): string =>
    createHmac('sha256', key).update(use).update('\0').update(payload).digest('base64url')
  const verified = new BoundedMap<string, string>(REMEMBERED)
  return {
    sign(value) {
      const payload = Buffer.from(JSON.stringify(value)).toString('base64url')
      return `${payload}.${signature(keys[0], payload)}`
    },
    open(token) {
      const known = verified.get(token)
      if (known !== undefined) return JSON.parse(known) as unknown
      if (token.length > MAX_TOKEN_LENGTH) return undefined
      const [payload, given, ...more] = token.split('.')
      if (payload === undefined || given === undefined || more.length > 0) return undefined
      // Nothing is decoded before the signature is verified.
      if (!keys.some((key) => equalsInConstantTime(given, signature(key, payload)))) return undefined
      const json = Buffer.from(payload, 'base64url').toString()
      verified.set(token, json)
      return JSON.parse(json) as unknown
    },
  }
}

/** The error of a link that grants nothing, which does not say why. */
export function invalidLink(): RindleError {
  return new RindleError('token_invalid', 'The link is not valid.')
}

/** The error of a link that has granted something until now. */
export function expiredLink(): RindleError {
  return new RindleError('token_expired', 'The link has expired.')
}
