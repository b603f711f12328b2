import { createHmac } from 'node:crypto'
import { RindleError } from '@rindle/core'
import { equalsInConstantTime, type OpenedToken } from '@rindle/core/adapter'
import { z } from 'zod'

// Separates these signatures from any other use of the same secret by an application.
const CONTEXT = 'rindle file token, version 1'
const VERSION = 1
const MAX_TOKEN_LENGTH = 8192

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

/** Tokens `payload.signature`, base64url, HMAC-SHA-256. The first key signs, all verify. */
export function fileTokens(keys: readonly [string, ...string[]]): FileTokens {
  return {
    sign(grant) {
      const parsed = payloadSchema.safeParse(toPayload(grant))
      if (!parsed.success) throw unsignable(grant.key, 'a date or size is malformed')
      const payload = Buffer.from(JSON.stringify(parsed.data)).toString('base64url')
      const token = `${payload}.${signature(keys[0], payload)}`
      if (token.length > MAX_TOKEN_LENGTH) throw unsignable(grant.key, 'its disposition is too long')
      return token
    },
    open(token, method, now) {
      const grant = readGrant(token, keys)
      if (grant?.method !== method) throw new RindleError('token_invalid', 'The link is not valid.')
      if (now.getTime() >= grant.expiresAt.getTime()) throw new RindleError('token_expired', 'The link has expired.')
      return grant
    },
  }
}

function readGrant(token: string, keys: readonly string[]): OpenedToken | undefined {
  if (token.length > MAX_TOKEN_LENGTH) return undefined
  const [payload, given, ...more] = token.split('.')
  if (payload === undefined || given === undefined || more.length > 0) return undefined
  // Nothing is decoded before the signature is verified.
  if (!keys.some((key) => equalsInConstantTime(given, signature(key, payload)))) return undefined
  return fromPayload(JSON.parse(Buffer.from(payload, 'base64url').toString()))
}

function signature(key: string, payload: string): string {
  return createHmac('sha256', key).update(CONTEXT).update('\0').update(payload).digest('base64url')
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
