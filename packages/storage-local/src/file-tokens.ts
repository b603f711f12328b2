import { RindleError } from '@rindle/core'
import {
  BoundedMap,
  expiredLink,
  invalidLink,
  MAX_TOKEN_LENGTH,
  type OpenedToken,
  signedTokens,
} from '@rindle/core/adapter'
import { z } from 'zod'

const USE = 'rindle file token, version 1'
const VERSION = 1

// As many as `signedTokens` remembers: a page, or a film in ranges, asks for the same URLs again and again.
const REMEMBERED = 1_000

// One letter for each field, because the token is part of every URL.
const payloadSchema = z.strictObject({
  v: z.literal(VERSION),
  m: z.enum(['GET', 'PUT']),
  k: z.string(),
  e: z.int(),
  d: z.string().optional(),
  t: z.string().optional(),
  s: z.int().min(0).optional(),
  c: z.string().optional(),
  l: z.int().min(0).optional(),
})

/** Makes and reads the tokens of signed URLs. */
export interface FileTokens {
  /**
   * Equal grants give equal tokens. `invalid_input` for a malformed date or size, and for a disposition that is too
   * long.
   */
  sign(grant: OpenedToken): string
  /**
   * The grant of a token. `token_invalid` if it was signed elsewhere, is malformed, or is for another method, without
   * saying which. `token_expired` at its expiry and after.
   */
  open(token: string, method: OpenedToken['method'], now: Date): OpenedToken
}

/** The first key signs, all verify. */
export function fileTokens(keys: readonly [string, ...string[]]): FileTokens {
  const tokens = signedTokens(USE, keys)
  const grants = new BoundedMap<string, OpenedToken>(REMEMBERED)
  return {
    sign(grant) {
      const parsed = payloadSchema.safeParse(toPayload(grant))
      if (!parsed.success) throw unsignable(grant.key, 'a date or size is malformed')
      const token = tokens.sign(parsed.data)
      if (token.length > MAX_TOKEN_LENGTH) throw unsignable(grant.key, 'its disposition is too long')
      return token
    },
    open(token, method, now) {
      const known = grants.get(token)
      const grant = known ?? fromPayload(tokens.open(token))
      if (grant?.method !== method) throw invalidLink()
      // Only a right signature gets here, so that nobody else's tokens push it out.
      if (known === undefined) grants.set(token, grant)
      if (now.getTime() >= grant.expiresAt.getTime()) throw expiredLink()
      return grant
    },
  }
}

function toPayload(grant: OpenedToken): z.infer<typeof payloadSchema> {
  return {
    v: VERSION,
    m: grant.method,
    k: grant.key,
    e: grant.expiresAt.getTime(),
    d: grant.disposition,
    t: grant.contentType,
    s: grant.byteSize,
    c: grant.checksumSha256,
    l: grant.maxBytes,
  }
}

function fromPayload(payload: unknown): OpenedToken | undefined {
  const parsed = payloadSchema.safeParse(payload)
  if (!parsed.success) return undefined
  const { m, k, e, d, t, s, c, l } = parsed.data
  return {
    method: m,
    key: k,
    expiresAt: new Date(e),
    ...(d === undefined ? {} : { disposition: d }),
    ...(t === undefined ? {} : { contentType: t }),
    ...(s === undefined ? {} : { byteSize: s }),
    ...(c === undefined ? {} : { checksumSha256: c }),
    ...(l === undefined ? {} : { maxBytes: l }),
  }
}

function unsignable(key: string, problem: string): RindleError {
  return new RindleError('invalid_input', `The URL of "${key}" cannot be signed: ${problem}.`, { details: { key } })
}
