import { describe, expect, test } from 'vitest'
import { inBatches } from '../src/batches.ts'

describe('batches', () => {
  test('hold one item when nothing runs, and everything that came meanwhile when something did', async () => {
    const batches: number[][] = []
    const ends: (() => void)[] = []
    const add = inBatches<number>((items) => {
      batches.push([...items])
      return new Promise((resolve) => ends.push(resolve))
    })
    const first = add(1)
    await Promise.resolve()
    const others = [add(2), add(3)]
    expect(batches).toEqual([[1]])
    ends.shift()?.()
    await first
    await Promise.resolve()
    expect(batches).toEqual([[1], [2, 3]])
    ends.shift()?.()
    await Promise.all(others)
  })

  test('fail alone: the next one runs', async () => {
    let runs = 0
    const add = inBatches<number>(async () => {
      runs += 1
      if (runs === 1) throw new Error('The first batch fails.')
    })
    const outcomes = await Promise.allSettled([add(1), add(2)])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(add(3)).resolves.toBeUndefined()
  })
})
