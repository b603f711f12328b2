import { inspect } from 'node:util'
import { S3ServiceException } from '@aws-sdk/client-s3'
import { RindleError } from '@rindle/core'
import { describe, expect, test } from 'vitest'
import { mapError, mapStoreCode } from '../src/map-error.ts'

const CALL = { operation: 'get', key: 'a.jpg' }

describe('an answer of the store', () => {
  test.each([
    [404, 'NoSuchKey', 'storage_object_missing', false],
    [404, 'NotFound', 'storage_object_missing', false],
    [404, 'NoSuchUpload', 'storage_object_missing', false],
    [404, 'SomethingOfItsOwn', 'storage_object_missing', false],
    [404, 'NoSuchBucket', 'storage_unavailable', true],
    [403, 'AccessDenied', 'storage_denied', false],
    [403, 'InvalidAccessKeyId', 'storage_denied', false],
    [403, 'SignatureDoesNotMatch', 'storage_denied', false],
    [403, 'RequestTimeTooSkewed', 'storage_denied', false],
    [403, 'InvalidObjectState', 'storage_denied', false],
    [400, 'ExpiredToken', 'storage_denied', false],
    [400, 'InvalidToken', 'storage_denied', false],
    [401, 'Unauthorized', 'storage_denied', false],
    [403, 'Forbidden', 'storage_denied', false],
    [501, 'NotImplemented', 'storage_denied', false],
    [400, 'InvalidStorageClass', 'storage_denied', false],
    [412, 'PreconditionFailed', 'storage_precondition_failed', false],
    [412, 'Unknown', 'storage_precondition_failed', false],
    [400, 'InvalidPart', 'storage_precondition_failed', false],
    [400, 'InvalidPartOrder', 'storage_precondition_failed', false],
    [301, 'PermanentRedirect', 'config_invalid', false],
    [307, 'TemporaryRedirect', 'config_invalid', false],
    [400, 'AuthorizationHeaderMalformed', 'config_invalid', false],
    [400, 'KeyTooLongError', 'storage_key_invalid', false],
    [400, 'BadDigest', 'checksum_mismatch', false],
    [400, 'XAmzContentSHA256Mismatch', 'checksum_mismatch', false],
    [400, 'EntityTooSmall', 'invalid_input', false],
    [400, 'MalformedXML', 'invalid_input', false],
    [416, 'InvalidRange', 'invalid_input', false],
    [405, 'MethodNotAllowed', 'invalid_input', false],
    [400, 'RequestTimeout', 'storage_unavailable', true],
    [409, 'OperationAborted', 'storage_unavailable', true],
    [429, 'TooManyRequests', 'storage_unavailable', true],
    [500, 'InternalError', 'storage_unavailable', true],
    [502, 'Unknown', 'storage_unavailable', true],
    [503, 'SlowDown', 'storage_unavailable', true],
    [503, 'ServiceUnavailable', 'storage_unavailable', true],
    [507, 'XMinioStorageFull', 'storage_unavailable', true],
  ])('%i %s becomes %s', (status, name, code, retryable) => {
    const mapped = mapError(answer(status, name), CALL) as RindleError
    expect(mapped).toMatchObject({
      code,
      retryable,
      details: { operation: 'get', key: 'a.jpg', status, storeCode: name, requestId: 'request-1' },
    })
    expect(mapped.message).toMatch(new RegExp(`^S3 storage, get of "a.jpg": .+ \\(${status} ${name}\\)\\.$`))
    expect(mapped.message).not.toContain('words of the store')
  })

  test('that is no XML is known by its status', () => {
    const error = Object.assign(new SyntaxError('char < is not expected'), { $response: { statusCode: 502 } })
    expect(mapError(error, CALL)).toMatchObject({ code: 'storage_unavailable', details: { status: 502 } })
  })

  test('to a call without a key names none', () => {
    const mapped = mapError(answer(503, 'SlowDown'), { operation: 'list' }) as RindleError
    expect(mapped.message).toContain('S3 storage, list: ')
    expect(mapped.details).not.toHaveProperty('key')
  })

  test('that gives back the request it refused does not bring its session token into a log', () => {
    const error = Object.assign(answer(403, 'SignatureDoesNotMatch'), {
      CanonicalRequest: 'x-amz-security-token:TOKEN',
    })
    expect(inspect(mapError(error, CALL), { depth: 10 })).not.toContain('TOKEN')
  })

  test('is kept as the cause where it holds nothing of the request', () => {
    const error = answer(503, 'SlowDown')
    expect((mapError(error, CALL) as RindleError).cause).toBe(error)
  })
})

describe('an error of the network or of this machine', () => {
  test.each([
    ['ECONNREFUSED', 'storage_unavailable'],
    ['ECONNRESET', 'storage_unavailable'],
    ['EPIPE', 'storage_unavailable'],
    ['ETIMEDOUT', 'storage_unavailable'],
    ['ENOTFOUND', 'storage_unavailable'],
    ['EAI_AGAIN', 'storage_unavailable'],
    ['EHOSTUNREACH', 'storage_unavailable'],
    ['CERT_HAS_EXPIRED', 'storage_unavailable'],
    ['ERR_STREAM_PREMATURE_CLOSE', 'storage_unavailable'],
    ['ENOSPC', 'insufficient_disk'],
    ['EDQUOT', 'insufficient_disk'],
  ])('%s becomes %s', (code, expected) => {
    const error = Object.assign(new Error(`connect ${code} 10.0.0.1:443`), { code, $metadata: { attempts: 3 } })
    const mapped = mapError(error, CALL) as RindleError
    expect(mapped).toMatchObject({ code: expected, retryable: true, cause: error, details: { storeCode: code } })
    expect(mapped.message).toContain(`(${code})`)
    expect(mapped.message).not.toContain('10.0.0.1')
  })

  test.each([
    ['TimeoutError', 'storage_unavailable'],
    ['CredentialsProviderError', 'storage_denied'],
  ])('named %s becomes %s', (name, code) => {
    expect(mapError(Object.assign(new Error('It went on.'), { name }), CALL)).toMatchObject({ code })
  })
})

test.each([
  ['an error of Rindle', new RindleError('checksum_mismatch', 'other bytes')],
  ['a mistake in a program', new TypeError('undefined is not a function')],
  [
    'a mistake that the SDK has counted the attempts of',
    Object.assign(new TypeError('no'), { $metadata: { attempts: 1 } }),
  ],
  ['an error of an unknown code', Object.assign(new Error('odd'), { code: 'toString' })],
  ['an error with the name of a method', Object.assign(new Error('odd'), { name: 'constructor' })],
  ['what is no error', 'stop'],
])('%s is given back as it is', (_what, error) => {
  expect(mapError(error, CALL)).toBe(error)
})

test.each([
  ['AccessDenied', 'storage_denied'],
  ['NoSuchKey', 'storage_object_missing'],
  ['InternalError', 'storage_unavailable'],
  ['SomethingOfItsOwn', 'storage_unavailable'],
])('%s for one of many objects becomes %s', (storeCode, code) => {
  expect(mapStoreCode(storeCode, CALL)).toMatchObject({ code, details: { ...CALL, storeCode } })
})

function answer(status: number, name: string): S3ServiceException {
  return new S3ServiceException({
    name,
    message: 'words of the store',
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status, requestId: 'request-1' },
  })
}
