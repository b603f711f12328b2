import { describe, expect, it } from 'vitest'
import { DOCS_URL } from '../../src/domain/docs-url.ts'
import type * as errors from '../../src/domain/errors.ts'
import { ERROR_CODES, type ErrorCode, isRindleError, RindleError } from '../../src/domain/errors.ts'

const CODES = Object.keys(ERROR_CODES) as ErrorCode[]

describe('the table of error codes', () => {
  it('documents every code with a sentence', () => {
    for (const code of CODES) {
      expect(code).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
      expect(ERROR_CODES[code].meaning).toMatch(/^[A-Z].{15,}\.$/)
      expect(typeof ERROR_CODES[code].retryable).toBe('boolean')
    }
    expect(new Set(CODES.map((code) => ERROR_CODES[code].meaning)).size).toBe(CODES.length)
  })

  it('has the codes promised to applications', () => {
    const promised = `config_invalid not_found conflict invalid_transition capability_unsupported
      processor_capability_missing upload_rejected storage_object_missing storage_unavailable storage_denied
      checksum_mismatch not_deliverable forbidden not_processing unknown_variant program_not_found program_failed
      unsupported_codec output_mismatch variant_source_not_found variant_processing_cancelled processing_timeout
      insufficient_disk session_expired setup_incomplete`
    expect(CODES).toEqual(expect.arrayContaining(promised.split(/\s+/)))
  })
})

describe('RindleError', () => {
  it('takes retryability from its code by default', () => {
    for (const code of CODES) {
      expect(new RindleError(code, 'it failed').retryable).toBe(ERROR_CODES[code].retryable)
      expect(new RindleError(code, 'it failed', { retryable: !ERROR_CODES[code].retryable }).retryable).toBe(
        !ERROR_CODES[code].retryable,
      )
    }
  })

  it('is an Error that keeps its cause', () => {
    const cause = new Error('disk full')
    const error = new RindleError('insufficient_disk', 'no room for asset 1', { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error.cause).toBe(cause)
    expect(String(error)).toBe('RindleError: no room for asset 1')
    expect('cause' in new RindleError('insufficient_disk', 'no room')).toBe(false)
  })

  it('leads to the page of its code', () => {
    expect(new RindleError('not_found', 'no asset 1').docs).toBe(`${DOCS_URL}/reference/errors/not_found`)
    expect(URL.canParse(DOCS_URL)).toBe(true)
    expect(DOCS_URL).not.toMatch(/\/$/)
  })

  it('serialises to code, message and details alone', () => {
    const error = new RindleError('not_found', 'no asset 1', { details: { id: '1' }, cause: new Error('secret') })
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'RindleError',
      code: 'not_found',
      message: 'no asset 1',
      retryable: false,
      details: { id: '1' },
    })
  })
})

describe('isRindleError', () => {
  it('recognises an error without a code, and only with its own code', () => {
    const error = new RindleError('not_found', 'no asset 1')
    expect(isRindleError(error)).toBe(true)
    expect(isRindleError(error, 'not_found')).toBe(true)
    expect(isRindleError(error, 'conflict')).toBe(false)
  })

  it('recognises an error of a second copy of the package', async () => {
    const url = new URL('../../src/domain/errors.ts?second-copy', import.meta.url).href
    const copy = (await import(/* @vite-ignore */ url)) as typeof errors
    const foreign = new copy.RindleError('conflict', 'lost a race')
    expect(foreign).not.toBeInstanceOf(RindleError)
    expect(isRindleError(foreign, 'conflict')).toBe(true)
    expect(copy.isRindleError(new RindleError('conflict', 'lost a race'), 'conflict')).toBe(true)
  })

  it('recognises nothing else', () => {
    const lookalike = { name: 'RindleError', code: 'not_found', message: 'no asset 1', retryable: false, details: {} }
    for (const other of [undefined, null, 'not_found', 1, new Error('no'), lookalike]) {
      expect(isRindleError(other)).toBe(false)
    }
  })
})
