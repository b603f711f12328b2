import { RindleError } from '@rindle/core'
import { MigrationError } from '@rindle/prisma'
import { describe, expect, test } from 'vitest'
import { explainError } from '../src/explain-error.ts'

function coded(code: string, message = 'it said no', cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code })
}

describe('an error', () => {
  test.each([
    ['of the configuration', new RindleError('config_invalid', 'wrong'), 'config_invalid', 2],
    ['of the usage', new RindleError('invalid_input', 'wrong'), 'invalid_input', 2],
    ['of a missing table, foreseen', new RindleError('setup_incomplete', 'migrate'), 'setup_incomplete', 2],
    ['of a missing table, met', coded('42P01'), 'setup_incomplete', 2],
    ['of the work', new RindleError('storage_unavailable', 'down'), 'storage_unavailable', 1],
    ['of a migration', new MigrationError('migration_failed', 'half'), 'migration_failed', 1],
    ['of the database for migrations', new MigrationError('database_unreachable', 'down'), 'database_unreachable', 2],
    ['of a wrong password', coded('28P01'), 'setup_incomplete', 2],
    ['of an unknown database', coded('3D000'), 'setup_incomplete', 2],
    ['of too many connections', coded('53300'), 'database_unavailable', 2],
    ['of a missing right', coded('42501'), 'setup_incomplete', 2],
    ['of a refused connection', coded('ECONNREFUSED'), 'database_unavailable', 2],
    ['of a refused connection, wrapped', new Error('x', { cause: coded('ECONNREFUSED') }), 'database_unavailable', 2],
    ['of a database that went away', new RindleError('database_unavailable', 'gone'), 'database_unavailable', 2],
  ])('%s is explained without a stack', (_of, error, code, exitCode) => {
    const explanation = explainError(error)
    expect(explanation).toMatchObject({ code, exitCode })
    expect(explanation.stack).toBeUndefined()
    expect(explanation.message).not.toBe('')
  })

  test('with a code and no message is named by its code', () => {
    const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })
    expect(explainError(refused).message).toMatch(
      /^Cannot connect to PostgreSQL: ECONNREFUSED\. Check that it is running/,
    )
  })

  test('of Prisma is shown without the lines about the call', () => {
    const message = '\nInvalid `prisma.mediaAsset.findMany()` invocation:\n\n\nconnect ECONNREFUSED 127.0.0.1:1'
    const error = Object.assign(coded('ECONNREFUSED', message), { clientVersion: '7.10.0' })
    expect(explainError(error).message).toMatch(/^Cannot connect to PostgreSQL: connect ECONNREFUSED 127\.0\.0\.1:1\. /)
  })

  test('that is unexpected is shown with its stack and those of its causes, and nothing else', () => {
    const cause = Object.assign(new TypeError('deep'), { input: 'postgres://me:s3cret@host' })
    const { code, exitCode, stack } = explainError(new Error('shallow', { cause }))
    expect({ code, exitCode }).toEqual({ code: 'unexpected', exitCode: 1 })
    expect(stack).toMatch(/Error: shallow\n {4}at [^]*Caused by: TypeError: deep\n {4}at /)
    expect(stack).not.toContain('s3cret')
  })

  test('counts as itself when closing fails after it', () => {
    const both = Object.assign(new Error('two errors'), {
      name: 'SuppressedError',
      error: new Error('closing failed'),
      suppressed: new RindleError('config_invalid', 'wrong'),
    })
    expect(explainError(both).code).toBe('config_invalid')
  })

  test('that is not an error at all is shown unchanged', () => {
    expect(explainError('a string')).toMatchObject({ code: 'unexpected', stack: 'a string' })
  })
})
