import assert from 'node:assert/strict'
import { patternBytes, putBytes, readBytes } from './bodies.ts'
import type { StorageContractCase } from './contract-case.ts'
import { isAbsent } from './expectations.ts'

/** Deleting, which is safe to repeat. */
export const deleteCases: readonly StorageContractCase[] = [
  {
    name: 'deletes an object and nothing else, any number of times',
    run: async ({ adapter }) => {
      await putBytes(adapter, 'a/b/one.txt', patternBytes(10, 1))
      await putBytes(adapter, 'a/b/two.txt', patternBytes(10, 2))
      for (let count = 0; count < 3; count++) await adapter.delete('a/b/one.txt')
      await isAbsent(adapter, 'a/b/one.txt')
      assert.ok(patternBytes(10, 2).equals(await readBytes(adapter, 'a/b/two.txt')))
    },
  },
  {
    name: 'deletes nothing for a prefix of a key, or for an unknown key',
    run: async ({ adapter }) => {
      await putBytes(adapter, 'a/b/one', patternBytes(10))
      for (const key of ['a', 'a/b', 'a/b/on', 'a/b/one/more.txt', 'never/was.txt']) await adapter.delete(key)
      assert.ok(patternBytes(10).equals(await readBytes(adapter, 'a/b/one')))
    },
  },
  {
    name: 'can be written again after a delete',
    run: async ({ adapter }) => {
      await putBytes(adapter, 'a/b/one.txt', patternBytes(10, 1))
      await adapter.delete('a/b/one.txt')
      await putBytes(adapter, 'a/b/one.txt', patternBytes(10, 2))
      assert.ok(patternBytes(10, 2).equals(await readBytes(adapter, 'a/b/one.txt')))
    },
  },
  {
    name: 'deletes many, the absent ones with success',
    run: async ({ adapter }) => {
      const keys = Array.from({ length: 40 }, (_, index) => `many/${index % 4}/${index}.txt`)
      await Promise.all(keys.map((key) => putBytes(adapter, key, patternBytes(5))))
      assert.deepEqual(await adapter.deleteMany([...keys, 'never/was.txt']), [])
      for (const key of keys) await isAbsent(adapter, key)
      assert.deepEqual(await adapter.deleteMany([]), [])
    },
  },
  {
    name: 'deletes as many as possible, and names the failed keys',
    run: async ({ adapter }) => {
      await putBytes(adapter, 'first.txt', patternBytes(5))
      await putBytes(adapter, 'last.txt', patternBytes(5))
      const failures = await adapter.deleteMany(['first.txt', '../outside.txt', 'last.txt'])
      assert.deepEqual(
        failures.map(({ key }) => key),
        ['../outside.txt'],
      )
      assert.ok(failures[0]?.error instanceof Error)
      await isAbsent(adapter, 'first.txt')
      await isAbsent(adapter, 'last.txt')
    },
  },
]
