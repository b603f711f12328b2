import { Writable } from 'node:stream'
import { jsonLogger, type Logger, RindleError, stderrLogger } from '@rindle/core'
import { type CodedLogger, errorFields, errorText, safeLogger } from '@rindle/core/adapter'
import { pino } from 'pino'
import { describe, expect, expectTypeOf, it, onTestFinished, vi } from 'vitest'

/** A stream that keeps its lines, each parsed. */
function kept(): { readonly stream: Writable; readonly lines: () => readonly object[] } {
  let text = ''
  const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
    text += chunk.toString()
    done()
  }
  const lines = (): readonly object[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as object)
  return { stream: new Writable({ write }), lines }
}

it('a pino instance is a logger without an adapter: ids and codes become fields of its lines', () => {
  const { stream, lines } = kept()
  const instance = pino({ level: 'debug' }, stream)
  expectTypeOf(instance).toExtend<Logger>()
  const logger: Logger = instance
  logger.warn({ assetId: 'a', code: 'corrupt_media' }, 'The asset is quarantined.')
  expect(lines()).toMatchObject([{ level: 40, assetId: 'a', code: 'corrupt_media', msg: 'The asset is quarantined.' }])
})

describe('the JSON lines of the default logger', () => {
  it('are one per event, with time, level, fields and message under the names of pino', () => {
    const { stream, lines } = kept()
    const before = Date.now()
    const logger = jsonLogger(stream)
    logger.debug({}, 'Nobody asked for this.')
    logger.info({ task: 'verifyStorage', checked: 3 }, 'Scheduled maintenance has ended.')
    logger.warn({ assetId: 'a', code: 'corrupt_media' }, 'Two\nlines.')
    logger.error({ code: 'unexpected' }, 'A third.')
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(lines()).toEqual([
      { level: 'info', time, task: 'verifyStorage', checked: 3, msg: 'Scheduled maintenance has ended.' },
      { level: 'warn', time, assetId: 'a', code: 'corrupt_media', msg: 'Two\nlines.' },
      { level: 'error', time, code: 'unexpected', msg: 'A third.' },
    ])
    const [first] = lines() as { time: string }[]
    expect(Date.parse(first?.time ?? '') >= before).toBe(true)
  })

  it('are lines for any fields', () => {
    const { stream, lines } = kept()
    const circular: Record<string, unknown> = { code: 'x' }
    circular['self'] = circular
    const logger = jsonLogger(stream)
    logger.error(circular, 'Round and round.')
    logger.error({ code: 'x', size: 5n, cause: new Error('It broke.') }, 'Not JSON.')
    expect(lines()).toMatchObject([
      { level: 'error', fields: expect.stringContaining('circular'), msg: 'Round and round.' },
      { code: 'x', size: '5', cause: 'It broke.', msg: 'Not JSON.' },
    ])
  })
})

describe('the log fields of an error', () => {
  it.each([
    [new RindleError('storage_denied', 'The store refused.'), 'storage_denied', 'The store refused.'],
    [new TypeError('It broke.'), 'unexpected', 'It broke.'],
    [Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED', 'ECONNREFUSED'],
    [Object.assign(new Error('duplicate key'), { code: '23505' }), '23505', 'duplicate key'],
    [new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND s3') }), 'unexpected', 'getaddrinfo'],
    // As pg-boss emits errors that it has caught.
    [{ message: 'the connection was lost', stack: 'Error: …', code: '57P01' }, '57P01', 'the connection was lost'],
    [{ no: 'error' }, 'unexpected', '{"no":"error"}'],
    ['a text', 'unexpected', 'a text'],
    [undefined, 'unexpected', 'no message'],
    [new Error(''), 'unexpected', 'Error'],
  ])('are its code and its message, never [object Object]: %o', (error, code, text) => {
    expect(errorFields(error)).toEqual({ code, error: expect.stringContaining(text) })
    expect(errorText(error)).not.toContain('[object')
  })

  it('have one line of bounded length, without URLs', () => {
    const text = errorText(new Error(`no\n  answer from https://me:hunter2@host/x?sig=1 ${'.'.repeat(9_999)}`))
    expect(text).toMatch(/^no answer from \[url\] \.+…$/)
    expect(text.length).toBe(500)
  })
})

it('a warning cannot lack a code', () => {
  expectTypeOf<Logger>().toExtend<CodedLogger>()
  const logger: CodedLogger = jsonLogger({ write: () => {} })
  logger.info({}, 'Fine.')
  // @ts-expect-error a warning without a code
  logger.warn({ assetId: 'a' }, 'What was it?')
})

it('the default logger writes info, warnings and errors to stderr, a line of JSON each, and nothing else', () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(() => write.mockRestore())
  for (const level of ['debug', 'info', 'warn', 'error'] as const) stderrLogger[level]({ task: 'a' }, 'Said.')
  const lines = write.mock.calls.map(([line]) => JSON.parse(String(line)) as object)
  expect(lines).toMatchObject(['info', 'warn', 'error'].map((level) => ({ level, msg: 'Said.', task: 'a' })))
})

it('a logger that throws, or rejects, breaks nothing, and is told of once', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockReturnValue()
  onTestFinished(() => warned.mockRestore())
  const full = new Error('ENOSPC: no space left on device')
  const throws = (): never => {
    throw full
  }
  // As an asynchronous function is one of void to the compiler.
  const rejects = (() => Promise.reject(full)) as unknown as Logger['info']
  for (const info of [throws, rejects]) {
    const logger = safeLogger({ debug: throws, info, warn: throws, error: throws })
    logger.info({}, 'Said.')
    await Promise.resolve()
    logger.error({ code: 'x' }, 'Said.')
  }
  const warning = [
    'The logger that Rindle was given fails, and lines are lost: ENOSPC: no space left on device',
    { code: 'RINDLE_LOGGER_FAILED' },
  ]
  expect(warned.mock.calls).toEqual([warning, warning])
})

it('a logger keeps what it is of', () => {
  const lines: unknown[] = []
  class Lines {
    readonly #lines = lines
    debug(): void {}
    info(fields: object, message: string): void {
      this.#lines.push([fields, message])
    }
    warn(): void {}
    error(): void {}
  }
  safeLogger(new Lines()).info({ a: 1 }, 'Said.')
  expect(lines).toEqual([[{ a: 1 }, 'Said.']])
})
