import { createHmac } from 'node:crypto'
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
  // A Map keeps insertion order: the first is the oldest.
  const verified = new Map<string, string>()
  const remember = (token: string, json: string): void => {
    const [oldest] = verified.size < REMEMBERED ? [] : verified.keys()
    if (oldest !== undefined) verified.delete(oldest)
    verified.set(token, json)
  }
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
      remember(token, json)
      return JSON.parse(json) as unknown
    },
  }
}
