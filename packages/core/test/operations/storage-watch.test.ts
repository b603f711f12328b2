import { RindleError, silentLogger } from '@rindle/core'
import { describe, expect, test } from 'vitest'
import { StorageWatch } from '../../src/operations/storage-watch.ts'

const AWAY = new RindleError('storage_unavailable', 'It is unavailable.')

function watching() {
  const lines: string[] = []
  const log = (_fields: unknown, message: string): void => void lines.push(message)
  const watch = new StorageWatch({ ...silentLogger, error: log })
  const fail = (error: unknown, times = 1, storage = 'main'): void => {
    for (let count = 0; count < times; count += 1) watch.failed(storage, error, {}, 'One failed.')
  }
  return { watch, lines, fail }
}

describe('a verb that asks storages', () => {
  test.each([
    'storage_unavailable',
    'storage_denied',
    'unknown_storage',
    'config_invalid',
    'insufficient_disk',
  ] as const)('stops at a storage after ten outages in a row (%s), and at no other', (code) => {
    const { watch, fail } = watching()
    fail(new RindleError(code, 'It is unavailable.'), 9)
    expect(watch.stopped).toEqual([])
    fail(new RindleError(code, 'It is unavailable.'))
    expect(watch.stopped).toMatchObject([{ storage: 'main', reason: 'unavailable' }])
    expect([watch.isStopped('main'), watch.isStopped('other')]).toEqual([true, false])
  })

  test('goes on when an answer comes in between, or an error of a single object', () => {
    const { watch, fail } = watching()
    for (const between of [() => watch.answered('main'), () => fail(new Error('This one is broken.'))]) {
      fail(AWAY, 9)
      between()
      fail(AWAY, 9)
      expect(watch.stopped).toEqual([])
      watch.answered('main')
    }
  })

  test('logs a bounded number of outages, and every error of a single object', () => {
    const { watch, lines, fail } = watching()
    for (let round = 0; round < 100; round += 1) {
      fail(AWAY, 5)
      watch.answered('main')
    }
    expect(lines.filter((line) => line === 'One failed.')).toHaveLength(20)
    expect(lines).toHaveLength(21)
    fail(new Error('This one is broken.'), 50)
    expect(lines).toHaveLength(71)
  })

  test('reads no more pages once it has stopped at every storage', async () => {
    const { watch, fail } = watching()
    let read = 0
    const pages = async function* (): AsyncGenerator<number> {
      for (;;) yield (read += 1)
    }
    for await (const page of watch.until(pages(), ['main', 'other'])) {
      if (page === 2) fail(AWAY, 10)
      if (page === 3) fail(AWAY, 10, 'other')
    }
    expect(read).toBe(3)
  })
})
