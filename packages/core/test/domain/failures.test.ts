import { describe, expect, it } from 'vitest'
import { backOffSeconds } from '../../src/domain/back-off.ts'
import { ERROR_CODES, type ErrorCode, RindleError } from '../../src/domain/errors.ts'
import { failureOf, fileFaultOf } from '../../src/domain/failures.ts'

const kindOf = (error: unknown): string => failureOf(error).kind

function systemError(code: string, syscall = 'write'): Error {
  return Object.assign(new Error(`${code}: it did not work, ${syscall}`), { code, syscall })
}

describe('the kind of a failure', () => {
  it.each([
    ['corrupt_media', 'verdict'],
    ['unsupported_codec', 'verdict'],
    ['limit_exceeded', 'verdict'],
    ['output_mismatch', 'verdict'],
    ['original_damaged', 'verdict'],
    ['invalid_input', 'verdict'],
    ['processing_failed', 'defect'],
    ['processing_timeout', 'defect'],
    ['program_failed', 'defect'],
    ['scanner_failed', 'defect'],
    ['analyzer_failed', 'defect'],
    ['checksum_mismatch', 'defect'],
    ['storage_unavailable', 'outage'],
    ['storage_denied', 'outage'],
    ['database_unavailable', 'outage'],
    ['jobs_unavailable', 'outage'],
    ['insufficient_disk', 'outage'],
    ['insufficient_memory', 'outage'],
    ['process_killed', 'outage'],
    ['worker_died', 'outage'],
    ['unknown_profile', 'lack'],
    ['unknown_storage', 'lack'],
    ['processor_capability_missing', 'lack'],
    ['newer_worker_needed', 'lack'],
    ['program_not_found', 'lack'],
  ] as const)('of %s is a %s', (code, kind) => {
    expect(failureOf(new RindleError(code, 'It went wrong.'))).toEqual({
      kind,
      reason: code,
      message: 'It went wrong.',
    })
  })

  it('is known for every code', () => {
    const kinds = (Object.keys(ERROR_CODES) as ErrorCode[]).map((code) => kindOf(new RindleError(code, '')))
    expect(new Set(kinds)).toEqual(new Set(['verdict', 'defect', 'outage', 'lack']))
  })

  it('follows the retryability of the error: a retryable error is no verdict, and another is not retried', () => {
    expect(kindOf(new RindleError('limit_exceeded', '', { retryable: true }))).toBe('defect')
    expect(kindOf(new RindleError('processing_failed', '', { retryable: false }))).toBe('verdict')
    expect(kindOf(new RindleError('storage_unavailable', '', { retryable: false }))).toBe('outage')
  })

  it('is a defect for a code that only a newer adapter knows', () => {
    const error = new RindleError('disk_on_fire' as ErrorCode, 'Hot.', { retryable: false })
    expect(failureOf(error)).toEqual({
      kind: 'defect',
      reason: 'disk_on_fire',
      message: 'Hot.',
    })
  })

  it('comes with the name of the scanner or analyzer, and with no other reason from details', () => {
    const details = { reason: 'scanner_failed:clamav' }
    expect(failureOf(new RindleError('scanner_failed', '', { details })).reason).toBe('scanner_failed:clamav')
    const other = { reason: 'mime_not_allowed' }
    expect(failureOf(new RindleError('upload_rejected', '', { details: other })).reason).toBe('upload_rejected')
  })

  it.each([
    [systemError('ENOSPC'), 'outage', 'insufficient_disk'],
    [systemError('EDQUOT'), 'outage', 'insufficient_disk'],
    [systemError('ENOMEM', 'spawn'), 'outage', 'insufficient_memory'],
    [systemError('EMFILE', 'open'), 'outage', 'processing_failed'],
    [systemError('ECONNREFUSED', 'connect'), 'outage', 'processing_failed'],
    [Object.assign(new Error('the server is starting'), { code: '57P03' }), 'outage', 'database_unavailable'],
    [Object.assign(new Error('read-only transaction'), { code: '25006' }), 'outage', 'database_unavailable'],
    [Object.assign(new Error('deadlock detected'), { code: '40P01' }), 'outage', 'conflict'],
    [Object.assign(new Error('no such column'), { code: '42703' }), 'lack', 'setup_incomplete'],
    [Object.assign(new Error('violates a constraint'), { code: '23505' }), 'defect', 'processing_failed'],
    [new TypeError('x is not a function'), 'defect', 'processing_failed'],
    ['a text', 'defect', 'processing_failed'],
    [undefined, 'defect', 'processing_failed'],
  ] as const)('of %s is a %s, %s', (error, kind, reason) => {
    expect(failureOf(error)).toMatchObject({ kind, reason })
  })

  it('is an outage when the machine causes a defect', () => {
    const error = new RindleError('processing_failed', 'It failed.', {
      cause: new Error('', { cause: systemError('ENOSPC') }),
    })
    expect(failureOf(error)).toEqual({ kind: 'outage', reason: 'insufficient_disk', message: 'It failed.' })
  })

  it('copes with circular causes', () => {
    const error = new Error('round')
    error.cause = error
    expect(kindOf(error)).toBe('defect')
  })
})

describe('a fault of the file', () => {
  it('is a verdict with one of a few codes, and never retryable', () => {
    expect(fileFaultOf(new RindleError('corrupt_media', ''))).toBe('corrupt_media')
    expect(fileFaultOf(new RindleError('limit_exceeded', '', { retryable: true }))).toBeNull()
    expect(fileFaultOf(new RindleError('storage_object_missing', ''))).toBeNull()
    expect(fileFaultOf(new Error('corrupt_media'))).toBeNull()
  })
})

describe('the back-off', () => {
  const delays = (kind: 'outage' | 'lack' | 'defect'): readonly number[] =>
    [0, 1, 2, 3, 4, 5, 6, 1_000_000].map((times) => backOffSeconds({ kind }, times))

  it('of an outage doubles from ten seconds to five minutes, without end', () => {
    expect(delays('outage')).toEqual([10, 20, 40, 80, 160, 300, 300, 300])
    expect(delays('defect')).toEqual(delays('outage'))
  })

  it('of a lack starts and ends shorter, because another worker may already run', () => {
    expect(delays('lack')).toEqual([2, 4, 8, 16, 32, 60, 60, 60])
  })
})
