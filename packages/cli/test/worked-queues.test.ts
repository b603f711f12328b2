import { describe, expect, test } from 'vitest'
import { workedQueues } from '../src/worked-queues.ts'

describe('the queues that are worked', () => {
  test('are all of them, with the documented concurrency, by default', () => {
    const all = workedQueues(undefined, undefined)
    expect(all).toMatchObject({ rindle_promote: 5, rindle_media: 1, rindle_purge: 2 })
    expect(all.rindle_process).toBeGreaterThan(0)
    expect(workedQueues(undefined, '4')).toEqual(Object.fromEntries(Object.keys(all).map((queue) => [queue, 4])))
  })

  test('are those that are named, with or without their prefix', () => {
    expect(workedQueues('media, rindle_purge', 'purge=7')).toEqual({ rindle_media: 1, rindle_purge: 7 })
  })

  test.each(['0', '-1', '1.5', '1001', 'process=', '=3', 'process=many'])('refuse %s jobs at once', (concurrency) => {
    expect(() => workedQueues(undefined, concurrency)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })
})
