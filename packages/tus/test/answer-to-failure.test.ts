import { ERROR_CODES, type ErrorCode, RindleError, silentLogger } from '@rindle/core'
import { httpStatusOf } from '@rindle/core/adapter'
import { expect, it } from 'vitest'
import { answerToFailure, tusStatusOf } from '../src/answer-to-failure.ts'

it.each(Object.keys(ERROR_CODES) as ErrorCode[])('code %s has the status of HTTP, but for a checksum', (code) => {
  const error = new RindleError(code, 'what went wrong')
  expect(tusStatusOf(error)).toBe(code === 'checksum_mismatch' ? 460 : httpStatusOf(error))
})

it('a full disk is 507: a client is not told to come back by itself', async () => {
  const headers = new Headers({ 'tus-resumable': '1.0.0', 'content-length': '12' })
  const response = answerToFailure(new RindleError('insufficient_disk', 'No room.'), headers, silentLogger)
  expect([response.status, response.headers.get('retry-after'), response.headers.get('tus-resumable')]).toEqual([
    507,
    null,
    '1.0.0',
  ])
  expect(await response.json()).toMatchObject({ code: 'insufficient_disk', status: 507 })
})

it.each([
  ['locked', 423],
  ['unsupported_version', 412],
  ['unsupported_media_type', 415],
])('a refusal of the protocol for %s is %d', (reason, status) => {
  expect(tusStatusOf(new RindleError('invalid_input', 'no', { details: { reason } }))).toBe(status)
})
