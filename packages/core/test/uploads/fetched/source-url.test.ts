import { expect, it } from 'vitest'
import { allowedUrl } from '../../../src/uploads/fetched/source-url.ts'

const ANY = { hosts: null, network: {} }
const SOME = { hosts: ['a.example', '*.b.example', '1.1.1.1'], network: {} }
const BASE = new URL('https://a.example/x/y')

it.each([
  ['https://a.example/z', ANY, undefined, 'https://a.example/z'],
  ['../z?q=1', ANY, BASE, 'https://a.example/z?q=1'],
  ['//c.example/', ANY, BASE, 'https://c.example/'],
  ['https://A.EXAMPLE./', SOME, undefined, 'https://a.example./'],
  ['https://x.y.b.example:8443/', SOME, undefined, 'https://x.y.b.example:8443/'],
  ['https://16843009/', SOME, undefined, 'https://1.1.1.1/'],
  ['http://a.example/', { hosts: null, network: { allowHttp: true } }, undefined, 'http://a.example/'],
  ['https://127.0.0.1/', { hosts: null, network: { allowPrivate: true } }, undefined, 'https://127.0.0.1/'],
])('%s is allowed', (text, rules, base, href) => {
  expect(allowedUrl(text, rules, base).href).toBe(href)
})

it.each([
  ['http://a.example/', ANY, undefined, 'fetch_refused'],
  ['http://a.example/', ANY, BASE, 'redirect_refused'],
  ['file:///etc/passwd', ANY, BASE, 'redirect_refused'],
  ['data:,x', ANY, BASE, 'redirect_refused'],
  ['https://a:b@a.example/', ANY, BASE, 'fetch_refused'],
  ['https://b.example/', SOME, undefined, 'fetch_refused'],
  ['https://xb.example/', SOME, BASE, 'redirect_refused'],
  ['https://a.example.evil.example/', SOME, undefined, 'fetch_refused'],
  ['https://[::1]/', ANY, BASE, 'address_refused'],
  ['https://0x7f.1/', ANY, BASE, 'address_refused'],
  ['https://①②⑦.⓪.⓪.①/', ANY, undefined, 'address_refused'],
  [`https://a.example/${'x'.repeat(8_192)}`, ANY, undefined, 'fetch_refused'],
  ['not a URL', ANY, undefined, 'fetch_refused'],
])('%s is refused', (text, rules, base, reason) => {
  expect(() => allowedUrl(text, rules, base)).toThrow(expect.objectContaining({ reason }))
})
