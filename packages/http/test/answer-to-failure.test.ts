import { ERROR_CODES, type ErrorCode, type Logger, RindleError, silentLogger } from '@rindle/core'
import { httpStatusOf } from '@rindle/core/adapter'
import { describe, expect, it } from 'vitest'
import { answerToFailure } from '../src/answer-to-failure.ts'

// Their messages may name keys, or ids of others.
const WITHOUT_MESSAGE: readonly ErrorCode[] = ['not_found', 'checksum_mismatch']

describe('a problem', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])(
    'of code %s has a status, and says no more than it may',
    async (code) => {
      const logged: unknown[] = []
      const logger: Logger = { ...silentLogger, error: (fields) => void logged.push(fields) }
      const error = new RindleError(code, 'what went wrong', { details: { secret: 1, reason: 'because' } })
      const response = answerToFailure(error, logger)
      const { detail, ...problem } = (await response.json()) as { detail: string }
      expect(problem).toMatchObject({ type: 'about:blank', status: response.status, code })
      expect(Object.keys(problem).toSorted().join()).toMatch(/^code,(reason,)?status,type$/)
      expect(response.status).toBe(httpStatusOf(error))
      // The log, and not the answer, explains a failure of the server.
      expect(logged.length).toBe(response.status >= 500 ? 1 : 0)
      expect(detail === 'what went wrong').toBe(response.status < 500 && !WITHOUT_MESSAGE.includes(code))
      expect(response.headers.has('retry-after')).toBe(response.status === 503)
    },
  )

  it.each([
    ['body_timeout', 408],
    ['max_bytes_exceeded', 413],
    ['mime_not_allowed', 415],
    ['declared_mime_mismatch', 415],
    ['extension_mime_mismatch', 422],
  ])('of an upload rejected for %s is %d, and tells the reason', async (reason, status) => {
    const error = new RindleError('upload_rejected', 'no', { details: { reason } })
    const response = answerToFailure(error, silentLogger)
    expect([response.status, await response.json()]).toEqual([
      status,
      { type: 'about:blank', status, code: 'upload_rejected', detail: 'no', reason },
    ])
  })

  it('of any other failure tells nothing of it', async () => {
    const response = answerToFailure(new Error('password=hunter2'), silentLogger)
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('hunter2')])
  })
})
