import { describe, expect, it } from 'vitest'
import { walk } from '../../src/operations/walk.ts'

async function* pagesOf(...pages: readonly number[][]): AsyncGenerator<number[]> {
  yield* pages
}

describe('a walk', () => {
  it('does every item, as many at once as it is told, and reports after each page', async () => {
    const done: number[] = []
    let atOnce = 0
    let most = 0
    const reports: number[] = []
    const end = await walk(pagesOf([1, 2, 3, 4, 5], [], [6]), {
      concurrency: 2,
      counts: {},
      onProgress: () => void reports.push(done.length),
      each: async (item) => {
        atOnce += 1
        most = Math.max(most, atOnce)
        await Promise.resolve()
        atOnce -= 1
        done.push(item)
      },
    })
    expect(end).toEqual({ interrupted: false })
    expect(done.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6])
    expect(most).toBe(2)
    expect(reports).toEqual([5, 5, 6])
  })

  it('ends between two items when it is interrupted, and asks for no further page', async () => {
    const stop = new AbortController()
    const done: number[] = []
    let isAskedFurther = false
    async function* pages(): AsyncGenerator<number[]> {
      yield [1, 2, 3]
      isAskedFurther = true
      yield [4]
    }
    const each = async (item: number): Promise<void> => {
      done.push(item)
      if (item === 2) stop.abort()
    }
    expect(await walk(pages(), { concurrency: 1, counts: {}, signal: stop.signal, each })).toEqual({
      interrupted: true,
    })
    expect(done).toEqual([1, 2])
    expect(isAskedFurther).toBe(false)
  })

  it('lets go of the items of a page before it asks for the next', async () => {
    const first = [1, 2]
    let left: number | undefined
    async function* pages(): AsyncGenerator<number[]> {
      yield first
      left = first.length
    }
    await walk(pages(), { concurrency: 1, counts: {}, each: async () => {} })
    expect(left).toBe(0)
  })

  it('is not interrupted when everything was done before', async () => {
    const stop = new AbortController()
    const each = async (): Promise<void> => stop.abort()
    expect(await walk(pagesOf([1]), { concurrency: 1, counts: {}, signal: stop.signal, each })).toEqual({
      interrupted: false,
    })
  })

  it.each([0, -1, 1.5, 1_001, Number.NaN])('refuses %d at once', async (concurrency) => {
    const walking = walk(pagesOf([1]), { concurrency, counts: {}, each: async () => {} })
    await expect(walking).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
