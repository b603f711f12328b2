import { describe, expect, test } from 'vitest'
import { coalesce } from '../src/coalesce.ts'

/** Work whose runs end one by one, on request. */
function steppedWork(): { work: () => Promise<void>; runs: () => number; endRun: () => void } {
  const ends: (() => void)[] = []
  let runs = 0
  const work = (): Promise<void> => {
    runs += 1
    return new Promise((resolve) => ends.push(resolve))
  }
  return { work, runs: () => runs, endRun: () => ends.shift()?.() }
}

const turn = (): Promise<void> => new Promise(setImmediate)

describe('coalesced work', () => {
  test('begins at once when it is idle', () => {
    const { work, runs } = steppedWork()
    void coalesce(work)()
    expect(runs()).toBe(1)
  })

  test('runs once more after any number of calls while it runs, and never twice at the same time', async () => {
    const { work, runs, endRun } = steppedWork()
    const run = coalesce(work)
    const first = run()
    const others = [run(), run(), run()]
    expect(runs()).toBe(1)
    endRun()
    await turn()
    expect(runs()).toBe(2)
    endRun()
    await Promise.all([first, ...others])
    expect(runs()).toBe(2)
  })

  test('starts over for a call in the very tick in which it ended', async () => {
    const { work, runs, endRun } = steppedWork()
    const run = coalesce(work)
    const again = run().then(() => void run())
    endRun()
    await again
    expect(runs()).toBe(2)
  })
})
