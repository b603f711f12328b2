import { expect, test } from 'vitest'
import { sharedRuns } from '../src/shared-runs.ts'

/** Runs that end when they are told to. */
function runs() {
  const begun: { readonly key: string; readonly end: PromiseWithResolvers<void> }[] = []
  const run = sharedRuns((key) => {
    const end = Promise.withResolvers<void>()
    begun.push({ key, end })
    return end.promise
  })
  return { run, begun, keys: () => begun.map(({ key }) => key) }
}

/** The promises that are settled when everything that can run has run. */
async function settledOf(promises: readonly Promise<void>[]): Promise<readonly number[]> {
  const settled = new Set<number>()
  promises.forEach((promise, index) => {
    const note = (): void => void settled.add(index)
    promise.then(note, note)
  })
  await new Promise((resolve) => setImmediate(resolve))
  return [...settled].toSorted((one, other) => one - other)
}

test('callers that come while one runs share the next, which begins after they came', async () => {
  const { run, begun, keys } = runs()
  const callers = [run('a'), run('a'), run('a')]
  expect(keys()).toEqual(['a'])
  begun[0]?.end.resolve()
  expect(await settledOf(callers)).toEqual([0])
  expect(keys()).toEqual(['a', 'a'])
  const late = run('a')
  begun[1]?.end.resolve()
  expect(await settledOf([...callers, late])).toEqual([0, 1, 2])
  begun[2]?.end.resolve()
  expect(await settledOf([late])).toEqual([0])
  expect(keys()).toEqual(['a', 'a', 'a'])
})

test('a failure is that of its own callers, and the next run begins all the same', async () => {
  const { run, begun } = runs()
  const [first, second] = [run('a'), run('a')]
  begun[0]?.end.reject(new Error('The disk is gone.'))
  await expect(first).rejects.toThrow('The disk is gone.')
  begun[1]?.end.resolve()
  await expect(second).resolves.toBeUndefined()
})

test('keys do not wait for each other', () => {
  const { run, keys } = runs()
  void run('a')
  void run('b')
  expect(keys()).toEqual(['a', 'b'])
})
