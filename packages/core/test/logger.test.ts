import { Writable } from 'node:stream'
import type { Logger } from '@rindle/core'
import { pino } from 'pino'
import { expect, expectTypeOf, it } from 'vitest'

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
