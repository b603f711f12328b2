import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type WalkProgress, walk } from '../../src/operations/walk.ts'

async function* pagesOf(...pages: readonly number[][]): AsyncGenerator<number[]> {
  yield* pages
}

describe('a walk', () => {
  it('handles every item with the given concurrency, and reports after each page', async () => {
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

  it('reports its progress and the total after each page', async () => {
    const reports: unknown[] = []
    const counts = { found: 0 }
    await walk(pagesOf([1, 2], [3]), {
      concurrency: 2,
      counts,
      total: async () => ({ count: 60, isEstimate: true }),
      sizeOf: (item) => item * 10,
      onProgress: ({ found }, progress) => void reports.push({ found, ...progress }),
      each: async () => void (counts.found += 1),
    })
    expect(reports).toEqual([
      { found: 2, done: 30, total: 60, isEstimate: true },
      { found: 3, done: 60, total: 60, isEstimate: true },
    ])
  })

  it('reports twice a second during a slow page', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const reports: number[] = []
    const each = async (): Promise<void> => void vi.advanceTimersByTime(200)
    const onProgress = (_counts: object, { done }: WalkProgress): void => void reports.push(done)
    await walk(pagesOf([1, 2, 3, 4, 5, 6, 7]), { concurrency: 1, counts: {}, each, onProgress })
    expect(reports).toEqual([3, 6, 7])
  })

  it('does not ask for the total without a listener', async () => {
    const total = vi.fn(async () => ({ count: 1, isEstimate: false }))
    await walk(pagesOf([1]), { concurrency: 1, counts: {}, each: async () => {}, total })
    expect(total).not.toHaveBeenCalled()
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

  it('releases the items of a page before it asks for the next', async () => {
    const first = [1, 2]
    let left: number | undefined
    async function* pages(): AsyncGenerator<number[]> {
      yield first
      left = first.length
    }
    await walk(pages(), { concurrency: 1, counts: {}, each: async () => {} })
    expect(left).toBe(0)
  })

  it('is not interrupted when everything was done already', async () => {
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
