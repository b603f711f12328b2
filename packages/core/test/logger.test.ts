import { Writable } from 'node:stream'
import { type Logger, stderrLogger } from '@rindle/core'
import { pino } from 'pino'
import { expect, expectTypeOf, it, onTestFinished, vi } from 'vitest'

it('a pino instance is a logger as it is: ids and reasons become fields of its lines', () => {
  const lines: string[] = []
  const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
    lines.push(chunk.toString())
    done()
  }
  const instance = pino({ level: 'debug' }, new Writable({ write }))
  expectTypeOf(instance).toExtend<Logger>()
  const logger: Logger = instance
  logger.warn({ assetId: 'a', reason: 'corrupt_media' }, 'The asset is quarantined.')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 40, assetId: 'a', reason: 'corrupt_media', msg: 'The asset is quarantined.' },
  ])
})

it('the default writes what was maintained, warnings and errors to stderr, a line of JSON each, and nothing else', () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(() => write.mockRestore())
  for (const level of ['debug', 'info', 'warn', 'error'] as const) stderrLogger[level]({ task: 'a' }, 'Said.')
  const lines = write.mock.calls.map(([line]) => JSON.parse(String(line)) as object)
  expect(lines).toMatchObject(['info', 'warn', 'error'].map((level) => ({ level, message: 'Said.', task: 'a' })))
})
