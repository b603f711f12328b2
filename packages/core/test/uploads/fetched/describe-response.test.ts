import type { IncomingHttpHeaders } from 'node:http'
import { expect, it } from 'vitest'
import { defineProfile } from '../../../src/profile/define-profile.ts'
import { describeResponse } from '../../../src/uploads/fetched/describe-response.ts'

const accept = defineProfile({ storage: 'main', accept: { types: ['image/*', 'text/csv'], maxBytes: 100 } }).accept

const described = (headers: IncomingHttpHeaders, url = 'https://a.example/a.jpg', given: string | null = null) =>
  describeResponse({ url: new URL(url), headers, byteSize: null }, accept, given)

it.each([
  [{}, 'https://a.example/dir/b%C3%A4r.png?x=1', 'bär.png'],
  [{}, 'https://a.example/', 'file'],
  [{}, 'https://a.example/%2e%2e%2fpasswd', 'passwd'],
  [{}, 'https://a.example/b%FF.png', 'b%FF.png'],
  [{}, 'https://a.example/show.php?id=1', 'show'],
  [{ 'content-disposition': 'attachment; filename="c.webp"' }, undefined, 'c.webp'],
  [{ 'content-disposition': 'inline; filename="../../c.webp"' }, undefined, 'c.webp'],
  [{ 'content-disposition': "attachment; filename=c.webp; filename*=UTF-8''d%C3%A9.webp" }, undefined, 'dé.webp'],
  [{ 'content-disposition': 'attachment; filename="virus.exe"' }, undefined, 'virus'],
  [{ 'content-disposition': 'attachment' }, undefined, 'a.jpg'],
  [{ 'content-disposition': ';;;===' }, undefined, 'a.jpg'],
])('the name in %j of %s is %s', (headers, url, filename) => {
  expect(described(headers, url).filename).toBe(filename)
})

it.each([
  ['image/jpeg', 'image/jpeg'],
  ['IMAGE/JPEG; charset=binary', 'image/jpeg'],
  ['video/mp4', null],
  ['text/plain', null],
  ['application/octet-stream', null],
  [undefined, null],
])('%s declares %s', (type, declaredType) => {
  expect(described(type === undefined ? {} : { 'content-type': type }).declaredType).toBe(declaredType)
})

it('a name that the caller gave is kept', () => {
  expect(described({ 'content-disposition': 'attachment; filename=x.png' }, undefined, 'mine.jpg').filename).toBe(
    'mine.jpg',
  )
})

it('pages and sizes are refused at once', () => {
  expect(() => described({ 'content-type': 'text/html' })).toThrow(
    expect.objectContaining({ reason: 'mime_not_allowed' }),
  )
  const url = new URL('https://a.example/a.jpg')
  expect(() => describeResponse({ url, headers: {}, byteSize: 101 }, accept, null)).toThrow(
    expect.objectContaining({ reason: 'max_bytes_exceeded' }),
  )
  expect(() => describeResponse({ url, headers: {}, byteSize: 0 }, accept, null)).toThrow(
    expect.objectContaining({ reason: 'empty_file' }),
  )
})
