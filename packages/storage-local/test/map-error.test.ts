import { RindleError } from '@rindle/core'
import { describe, expect, test } from 'vitest'
import { mapError } from '../src/map-error.ts'

describe('an error of the operating system', () => {
  test.each([
    ['ENOENT', 'storage_object_missing', false],
    ['ENOTDIR', 'storage_key_invalid', false],
    ['EISDIR', 'storage_key_invalid', false],
    ['EEXIST', 'storage_key_invalid', false],
    ['ENOTEMPTY', 'storage_key_invalid', false],
    ['ENAMETOOLONG', 'storage_key_invalid', false],
    ['EACCES', 'storage_denied', false],
    ['EPERM', 'storage_denied', false],
    ['EROFS', 'storage_denied', false],
    ['ELOOP', 'storage_denied', false],
    ['ENOSPC', 'insufficient_disk', true],
    ['EDQUOT', 'insufficient_disk', true],
    ['EIO', 'storage_unavailable', true],
    ['EMFILE', 'storage_unavailable', true],
    ['ESTALE', 'storage_unavailable', true],
  ])('%s becomes %s', (errno, code, retryable) => {
    const cause = Object.assign(new Error(`${errno}: open '/srv/secret-place/a.jpg'`), { errno: -1, code: errno })
    const mapped = mapError(cause, { operation: 'put', key: 'a.jpg' }) as RindleError
    expect(mapped).toMatchObject({ code, retryable, cause, details: { operation: 'put', key: 'a.jpg', errno } })
    expect(mapped.message).toContain('put of "a.jpg"')
    expect(mapped.message).not.toContain('secret-place')
  })

  test('of a call without a key names none', () => {
    const cause = Object.assign(new Error('EACCES'), { errno: -13, code: 'EACCES' })
    expect(mapError(cause, { operation: 'start' })).toMatchObject({ details: { operation: 'start', errno: 'EACCES' } })
  })
})

test.each([
  ['an error of Rindle', new RindleError('checksum_mismatch', 'other bytes')],
  ['a mistake in a program', new TypeError('undefined is not a function')],
  [
    'an error with a code that is not of the operating system',
    Object.assign(new Error('aborted'), { code: 'ABORT_ERR' }),
  ],
  ['what is no error', 'stop'],
])('%s is given back as it is', (_what, error) => {
  expect(mapError(error, { operation: 'put', key: 'a.jpg' })).toBe(error)
})
