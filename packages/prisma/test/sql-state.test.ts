import { sqlStateOf } from '@rindle/prisma'
import { expect, test } from 'vitest'

test.each([
  ['an error of pg', Object.assign(new Error('duplicate'), { code: '23505' }), '23505'],
  ['an error that a library keeps as cause', new Error('query failed', { cause: { code: '40001' } }), '40001'],
  [
    "Prisma's error, whose own code only looks like one",
    { code: 'P2010', clientVersion: '7.10.0', meta: { driverAdapterError: { cause: { originalCode: '23503' } } } },
    '23503',
  ],
  ['an error raised by a function', { code: 'P0001' }, 'P0001'],
  ['a lost socket', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }), undefined],
  ["Prisma's error without a driver's", { code: 'P2025', clientVersion: '7.10.0' }, undefined],
  ['an error without a code', new Error('no'), undefined],
  ['something that is no error', 'no', undefined],
  ['nothing', undefined, undefined],
])('%s', (_case, error, state) => {
  expect(sqlStateOf(error)).toBe(state)
})

test('an error that is its own cause ends the search', () => {
  const error = new Error('round')
  error.cause = error
  expect(sqlStateOf(error)).toBeUndefined()
})
