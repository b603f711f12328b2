import { isRindleError } from '@rindle/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openStreamToken, STREAM_TOKEN_USE, signStreamToken } from '../../../src/delivery/streams/stream-token.ts'
import { signedTokens } from '../../../src/kernel/signed-tokens.ts'

const KEY = 'a key for tests only, thirty-two characters or more'
const OTHER = 'another key for tests, thirty-two characters or more'
const NOW = new Date('2026-11-30T12:00:00Z')
const GRANT = { assetId: '01900000-0000-7000-8000-000000000001', name: 'film', lifetimeSeconds: 900 }
const EXPIRING = { ...GRANT, expiresAt: new Date('2026-11-30T12:15:00Z') }
const FOREVER = { ...GRANT, expiresAt: null }
const tokensOf = (...keys: [string, ...string[]]) => signedTokens(STREAM_TOKEN_USE, keys)
const codeOf = (token: string, tokens = tokensOf(KEY), now = NOW): string => {
  try {
    openStreamToken(tokens, token, now)
    return 'opened'
  } catch (error) {
    return isRindleError(error) ? error.code : String(error)
  }
}

describe('the token of a stream', () => {
  it('is equal for an equal grant, fits into a path, and gives the grant back', () => {
    for (const grant of [EXPIRING, FOREVER]) {
      const token = signStreamToken(tokensOf(KEY), grant)
      expect(signStreamToken(tokensOf(KEY), { ...grant })).toBe(token)
      expect(token).toMatch(/^[\w-]+\.[\w-]{43}$/)
      expect(openStreamToken(tokensOf(KEY), token, NOW)).toEqual(grant)
    }
  })

  it('works until its last millisecond, or for ever', () => {
    const token = signStreamToken(tokensOf(KEY), EXPIRING)
    expect(codeOf(token, tokensOf(KEY), new Date(EXPIRING.expiresAt.getTime() - 1))).toBe('opened')
    expect(codeOf(token, tokensOf(KEY), EXPIRING.expiresAt)).toBe('token_expired')
    expect(codeOf(signStreamToken(tokensOf(KEY), FOREVER), tokensOf(KEY), new Date('2999-01-01'))).toBe('opened')
  })

  it('outlives a rotation of keys until its key is dropped', () => {
    const token = signStreamToken(tokensOf(OTHER), FOREVER)
    expect(codeOf(token, tokensOf(KEY, OTHER))).toBe('opened')
    expect(codeOf(token)).toBe('token_invalid')
  })

  it('is not one of another use of the same key', () => {
    const foreign = signedTokens('rindle file token, version 1', [KEY])
    expect(codeOf(signStreamToken(foreign, FOREVER))).toBe('token_invalid')
    // Signed by us, but no grant.
    expect(codeOf(tokensOf(KEY).sign({ v: 1, a: 'no id', n: 'film', l: 1 }))).toBe('token_invalid')
  })

  it('is refused when any of its characters is another, and any other text is', () => {
    const token = signStreamToken(tokensOf(KEY), FOREVER)
    for (let index = 0; index < token.length; index++) {
      const other = token[index] === 'A' ? 'B' : 'A'
      expect(codeOf(token.slice(0, index) + other + token.slice(index + 1))).toBe('token_invalid')
    }
    fc.assert(fc.property(fc.string({ maxLength: 9_000 }), (text) => codeOf(text) === 'token_invalid'))
  })
})
