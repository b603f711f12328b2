import { describe, expect, test } from 'vitest'
import { shareWork } from '../../../src/kernel/storage-adapter/share-work.ts'

describe('shared work', () => {
  test('is done for every item, by so many at once and no more', async () => {
    let [working, most] = [0, 0]
    const work = async (item: number): Promise<number> => {
      working += 1
      most = Math.max(most, working)
      await new Promise((resolve) => setImmediate(resolve))
      working -= 1
      return item * 2
    }
    const results = await shareWork([1, 2, 3, 4, 5, 6, 7].values(), { atOnce: 3, cancel: new AbortController(), work })
    expect(results.toSorted((a, b) => a - b)).toEqual([2, 4, 6, 8, 10, 12, 14])
    expect(most).toBe(3)
  })

  test('ends with its first failure, when all have stopped, and takes no further item', async () => {
    const cancel = new AbortController()
    const items = Array.from({ length: 100 }, (_, index) => index).values()
    const stopped: number[] = []
    const work = async (item: number): Promise<void> => {
      if (item === 1) throw new Error('first')
      await new Promise((resolve) => cancel.signal.addEventListener('abort', resolve))
      stopped.push(item)
      throw new Error('second')
    }
    await expect(shareWork(items, { atOnce: 3, cancel, work })).rejects.toThrow('first')
    expect(stopped).toEqual([0, 2])
    expect(items.next().value).toBe(3)
  })

  test('ends with the failure of the source of its items', async () => {
    async function* items(): AsyncGenerator<number, void> {
      yield 1
      throw new Error('The source is dry.')
    }
    const shared = shareWork(items(), { atOnce: 3, cancel: new AbortController(), work: async (item) => item })
    await expect(shared).rejects.toThrow('The source is dry.')
  })
})
