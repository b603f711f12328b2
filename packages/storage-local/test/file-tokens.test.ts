import { isRindleError } from '@rindle/core'
import type { SignGetOptions } from '@rindle/core/adapter'
import { localStorage } from '@rindle/storage-local'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OPTIONS } from './local-subject.ts'

const KEY = 'album/photo.jpg'
const NOW = new Date('2026-11-20T12:00:00Z')
const EXPIRES_AT = new Date('2026-11-20T12:15:00Z')
const [OLD_KEY, NEW_KEY] = [
  'an old signing key, of 32 or more characters',
  'a new signing key, of 32 or more characters',
]

describe('a token of local storage', () => {
  test('is a URL of the application, equal for equal input', async () => {
    const disposition = `attachment; filename="photo.jpg"; filename*=UTF-8''f%C3%B6to.jpg`
    const first = await storage().signGet(KEY, { expiresAt: EXPIRES_AT, disposition })
    const second = await storage().signGet(KEY, { expiresAt: new Date(EXPIRES_AT), disposition })
    expect(first).toEqual(second)
    expect(first).toEqual({
      method: 'GET',
      headers: {},
      url: expect.stringMatching(/^https:\/\/app\.example\/rindle\/files\/[\w-]+\.[\w-]{43}$/),
    })
  })

  test('keeps its bytes across versions: URLs that are in use stay valid', async () => {
    const grant = { expiresAt: EXPIRES_AT, disposition: 'inline; filename=a.jpg', contentType: 'image/jpeg' }
    const { url } = await storage().signGet(KEY, grant)
    const payload =
      'eyJ2IjoxLCJtIjoiR0VUIiwiayI6ImFsYnVtL3Bob3RvLmpwZyIsImUiOjE3OTUxNzY5MDAwMDAsImQiOiJpbmxpbmU7IGZpbGVuYW1lPWEuanBn' +
      'IiwidCI6ImltYWdlL2pwZWcifQ'
    expect(url).toBe(`https://app.example/rindle/files/${payload}.pzwXnF_ItabuEBNn1wxhbrFihPpjGnGxMQ-JduJnhnc`)
  })

  test('to upload names the content type that the client must send', async () => {
    const { method, headers } = await storage().signPut(KEY, { expiresAt: EXPIRES_AT, contentType: 'image/jpeg' })
    expect({ method, headers }).toEqual({ method: 'PUT', headers: { 'content-type': 'image/jpeg' } })
  })

  test('is refused when any of its characters is another, is missing or is more', async () => {
    const token = await signToken(storage())
    for (let index = 0; index < token.length; index++) {
      const [before, after] = [token.slice(0, index), token.slice(index + 1)]
      for (const other of ['A', 'B', 'w', '_', '.', '=', ' ', 'é', '']) {
        if (other !== token[index]) expectInvalid(before + other + after)
      }
      expectInvalid(`${before}A${token.slice(index)}`)
      expectInvalid(before)
    }
    expectInvalid(`${token}A`)
    expectInvalid(`${token}=`)
  })

  test('is refused when its payload and its signature are of two good tokens', async () => {
    const [first, second] = [await signToken(storage()), await signToken(storage(), 'album/other.jpg')]
    expectInvalid(`${first.split('.')[0]}.${second.split('.')[1]}`)
  })

  test('is refused for another method, with no more words than a forged one', async () => {
    const token = await signToken(storage())
    expect(() => storage().openToken(token, 'PUT', NOW)).toThrow(
      codeAndMessage('token_invalid', 'The link is not valid.'),
    )
    expect(() => storage().openToken('AAAA.AAAA', 'PUT', NOW)).toThrow(
      codeAndMessage('token_invalid', 'The link is not valid.'),
    )
  })

  test('works until its last millisecond, and says afterwards that it has expired', async () => {
    const token = await signToken(storage())
    expect(storage().openToken(token, 'GET', new Date(EXPIRES_AT.getTime() - 1)).key).toBe(KEY)
    expect(() => storage().openToken(token, 'GET', EXPIRES_AT)).toThrow(
      codeAndMessage('token_expired', 'The link has expired.'),
    )
  })

  test('does not tell that it has expired when it is forged', async () => {
    const forged = await signToken(storage({ signingKey: 'the key of somebody else, of 32 characters' }))
    expect(() => storage().openToken(forged, 'GET', new Date('2999-01-01'))).toThrow(
      codeAndMessage('token_invalid', 'The link is not valid.'),
    )
  })

  test('outlives a rotation of keys until its key is dropped', async () => {
    const token = await signToken(storage({ signingKeys: [OLD_KEY] }))
    const rotated = storage({ signingKeys: [NEW_KEY, OLD_KEY] })
    expect(rotated.openToken(token, 'GET', NOW).key).toBe(KEY)
    expect(await signToken(rotated)).toBe(await signToken(storage({ signingKeys: [NEW_KEY] })))
    const dropped = storage({ signingKeys: [NEW_KEY] })
    expect(() => dropped.openToken(token, 'GET', NOW)).toThrow(expect.objectContaining({ code: 'token_invalid' }))
  })

  test.each<[string, Partial<SignGetOptions>]>([
    ['an expiry that is no date', { expiresAt: new Date('tomorrow') }],
    ['a disposition too long for a URL', { disposition: 'x'.repeat(8000) }],
  ])('is not made with %s', async (_what, options) => {
    const signing = storage().signGet(KEY, { expiresAt: EXPIRES_AT, ...options })
    await expect(signing).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('is not made with a length that is none', async () => {
    const signing = storage().signPut(KEY, { expiresAt: EXPIRES_AT, contentType: 'image/jpeg', byteSize: -1 })
    await expect(signing).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('of any text is refused and nothing else happens', () => {
    const text = fc.oneof(
      fc.string(),
      fc.base64String().map((each) => `${each}.${each}`),
      fc.string({ minLength: 8000, maxLength: 20_000 }),
    )
    fc.assert(
      fc.property(text, (each) => expectInvalid(each)),
      { numRuns: 500 },
    )
  })
})

function storage(keys: { signingKey?: string; signingKeys?: readonly string[] } = { signingKey: OLD_KEY }) {
  return localStorage({ directory: '/never/made', baseUrl: OPTIONS.baseUrl, ...keys })
}

async function signToken(signer: ReturnType<typeof storage>, key = KEY): Promise<string> {
  const { url } = await signer.signGet(key, { expiresAt: EXPIRES_AT })
  return url.slice(url.lastIndexOf('/') + 1)
}

function expectInvalid(token: string): void {
  let failure: unknown
  try {
    storage().openToken(token, 'GET', NOW)
  } catch (error) {
    failure = error
  }
  if (!isRindleError(failure, 'token_invalid')) throw new Error(`not refused as invalid: ${token}`, { cause: failure })
}

function codeAndMessage(code: string, message: string): unknown {
  return expect.objectContaining({ code, message })
}
