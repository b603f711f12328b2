import { silentLogger } from '@rindle/core'
import type { CodedLogger } from '@rindle/core/adapter'
import { PgBoss } from 'pg-boss'
import { expect, test } from 'vitest'
import { logEvents } from '../src/queue-store.ts'

test('events of pg-boss are logged with code and message, even a copy of an error', () => {
  const lines: unknown[] = []
  const logger: CodedLogger = {
    ...silentLogger,
    warn: (fields, message) => void lines.push([fields, message]),
    error: (fields, message) => void lines.push([fields, message]),
  }
  const boss = new PgBoss('postgres://127.0.0.1:1/nobody')
  logEvents(boss, logger)
  const error = Object.assign(new Error('terminating connection'), { code: '57P01' })
  boss.emit('error', error)
  // As its manager does, so that neither message nor stack is an own property of the error.
  boss.emit('error', Object.assign({}, error, { name: 'Error', message: error.message, stack: error.stack ?? '' }))
  boss.emit('warning', { message: 'LISTEN was lost', data: { connection: 'postgres://me:hunter2@host/app' } })
  expect(lines).toEqual([
    [{ code: '57P01', error: 'terminating connection' }, 'pg-boss reported an error.'],
    [{ code: '57P01', error: 'terminating connection' }, 'pg-boss reported an error.'],
    [{ code: 'pgboss_warning', warning: 'LISTEN was lost' }, 'pg-boss reported a warning.'],
  ])
})
