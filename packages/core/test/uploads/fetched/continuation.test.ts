import { expect, it } from 'vitest'
import { continuationOf, validatorOf } from '../../../src/uploads/fetched/continuation.ts'

const DATE = 'Mon, 30 Nov 2026 10:00:00 GMT'

it.each([
  [{ etag: '"v1"' }, '"v1"'],
  [{ etag: '"v1"', 'last-modified': 'Sun, 29 Nov 2026 10:00:00 GMT', date: DATE }, '"v1"'],
  [{ etag: 'W/"v1"' }, null],
  [{ etag: 'v1' }, null],
  [{ 'last-modified': 'Sun, 29 Nov 2026 10:00:00 GMT', date: DATE }, 'Sun, 29 Nov 2026 10:00:00 GMT'],
  [{ 'last-modified': 'Mon, 30 Nov 2026 09:59:30 GMT', date: DATE }, null],
  [{ 'last-modified': 'Sun, 29 Nov 2026 10:00:00 GMT' }, null],
  [{ 'last-modified': 'yesterday', date: DATE }, null],
  [{}, null],
])('the validator of %j is %j', (headers, validator) => {
  expect(validatorOf(headers)).toBe(validator)
})

const known = { offset: 5, byteSize: 10 }
const unknown = { offset: 5, byteSize: null }
it.each([
  [206, 'bytes 5-9/10', known, 'append'],
  [206, 'bytes 5-9/10', unknown, 'append'],
  [206, 'bytes 5-9/*', unknown, 'append'],
  [206, 'bytes 4-9/10', known, 'restart'],
  [206, 'bytes 5-8/10', known, 'restart'],
  [206, 'bytes 5-10/11', known, 'restart'],
  [206, undefined, known, 'restart'],
  [206, 'bytes 5-9/10, bytes 5-9/10', known, 'restart'],
  [416, 'bytes */5', unknown, 'whole'],
  [416, 'bytes */6', unknown, 'restart'],
  [416, undefined, unknown, 'restart'],
  [200, undefined, known, 'restart'],
] as const)('%s with %j continues %j by: %s', (status, range, before, continuation) => {
  const headers = range === undefined ? {} : { 'content-range': range }
  expect(continuationOf({ status, headers, isDecoded: false }, before)).toBe(continuation)
})

it('a compressed part follows nothing', () => {
  const response = { status: 206, headers: { 'content-range': 'bytes 5-9/10' }, isDecoded: true } as const
  expect(continuationOf(response, known)).toBe('restart')
})
