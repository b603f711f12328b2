import { describe, expect, it } from 'vitest'
import { assertSameOrigin, assertToken, browserSecret, secretCookie, tokenOf } from '../src/forgery.ts'

const request = (headers: Record<string, string>): Request =>
  new Request('https://media.test/admin/verbs/purgeAsset', {
    method: 'POST',
    headers: { host: 'media.test', ...headers },
  })

describe('a form', () => {
  it.each([
    [{ origin: 'https://media.test' }],
    [{ origin: 'http://media.test' }],
    [{ origin: 'https://media.test', 'sec-fetch-site': 'same-origin' }],
    [{ origin: 'null', 'sec-fetch-site': 'same-origin' }],
    [{ 'sec-fetch-site': 'same-origin' }],
  ])('of the console is taken: %j', (headers) => {
    expect(() => assertSameOrigin(request(headers))).not.toThrow()
  })

  it.each([
    [{}],
    [{ origin: 'null' }],
    [{ origin: 'https://evil.test' }],
    [{ origin: 'https://media.test.evil.test' }],
    [{ origin: 'https://media.test:8443' }],
    [{ origin: 'nonsense' }],
    [{ origin: 'https://media.test', 'sec-fetch-site': 'same-site' }],
    [{ origin: 'https://media.test', 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'none' }],
  ])('that another site may have sent is refused: %j', (headers) => {
    expect(() => assertSameOrigin(request(headers))).toThrow(/Nothing was changed/)
  })
})

describe('a token', () => {
  it('belongs to one browser and one operator', () => {
    const { secret, isNew } = browserSecret(request({}))
    expect(isNew).toBe(true)
    const token = tokenOf(secret, 'ana')
    expect(() => assertToken(token, token)).not.toThrow()
    for (const other of [tokenOf(secret, 'ben'), tokenOf(browserSecret(request({})).secret, 'ana'), '', undefined]) {
      expect(() => assertToken(other, token)).toThrow(/Nothing was changed/)
    }
  })

  it('comes from a cookie that no script reads and no other site sends', () => {
    const { secret } = browserSecret(request({}))
    const cookie = secretCookie(secret, '/admin', true)
    expect(cookie).toBe(`rindle_console=${secret}; Path=/admin; HttpOnly; SameSite=Strict; Secure`)
    expect(browserSecret(request({ cookie: `a=b; ${cookie.split(';')[0]}` }))).toEqual({ secret, isNew: false })
    expect(browserSecret(request({ cookie: 'rindle_console=short' })).isNew).toBe(true)
  })
})
