import assert from 'node:assert/strict'
import { patternBytes, putBytes } from './bodies.ts'
import type { StorageContractCase } from './contract-case.ts'
import { listAll, listKeys, rejectsWith } from './expectations.ts'

// In the order of UTF-8 bytes, which is neither that of a directory walk nor that of a locale.
const SORTED = [
  '0.txt',
  'a/b-c.txt',
  'a/b-c/z.txt',
  'a/b.txt',
  'a/b/c.txt',
  'a/b/d/e.txt',
  'a/b0.txt',
  'a/b_c.txt',
  'a/bc.txt',
  'b.txt',
  'b/a.txt',
]
// More than a page of S3.
const MANY = 1010

/** Listing: complete, in order, by plain prefix. */
export const listCases: readonly StorageContractCase[] = [
  {
    name: 'lists nothing in an empty storage',
    needs: 'list',
    run: async ({ adapter }) => assert.deepEqual(await listAll(adapter, ''), []),
  },
  {
    name: 'lists in ascending order of the bytes of keys',
    needs: 'list',
    run: async ({ adapter }) => {
      for (const key of SORTED.toReversed()) await putBytes(adapter, key, patternBytes(3))
      assert.deepEqual(await listKeys(adapter, ''), SORTED)
    },
  },
  {
    name: 'lists by a prefix that is a plain string',
    needs: 'list',
    run: async ({ adapter }) => {
      for (const key of SORTED) await putBytes(adapter, key, patternBytes(3))
      for (const prefix of [
        'a',
        'a/',
        'a/b',
        'a/b/',
        'a/b/c.txt',
        'a/b-',
        'a/b/d/e',
        'b',
        'c',
        'a/x',
        'x/y/',
        'a/b.txt/',
      ]) {
        const expected = SORTED.filter((key) => key.startsWith(prefix))
        assert.deepEqual(await listKeys(adapter, prefix), expected, `prefix "${prefix}"`)
      }
    },
  },
  {
    name: 'lists nothing for a prefix that no key can begin with',
    needs: 'list',
    run: async ({ adapter }) => {
      await putBytes(adapter, 'a/b.txt', patternBytes(3))
      for (const prefix of ['/', '/a', './', '../', '..', 'a/../', 'a/./', 'a//', 'a\\', 'a/\0', '%2e']) {
        assert.deepEqual(await listKeys(adapter, prefix), [], `prefix ${JSON.stringify(prefix)}`)
      }
    },
  },
  {
    name: 'lists at most the requested number, the first ones',
    needs: 'list',
    run: async ({ adapter }) => {
      for (const key of SORTED) await putBytes(adapter, key, patternBytes(3))
      assert.deepEqual(await listKeys(adapter, '', { limit: 1 }), SORTED.slice(0, 1))
      assert.deepEqual(await listKeys(adapter, 'a/', { limit: 4 }), SORTED.slice(1, 5))
      assert.deepEqual(await listKeys(adapter, '', { limit: 999 }), SORTED)
    },
  },
  {
    name: 'refuses a limit that is not a positive integer',
    needs: 'list',
    run: async ({ adapter }) => {
      for (const limit of [0, -1, 1.5, Number.NaN]) {
        await rejectsWith('invalid_input', () => listAll(adapter, '', { limit }))
      }
    },
  },
  {
    name: 'lists the size and time of each object, and no deleted one',
    needs: 'list',
    run: async ({ adapter }) => {
      await putBytes(adapter, 'a/one.txt', patternBytes(123))
      await putBytes(adapter, 'a/two.txt', patternBytes(4))
      const { body, lastModified } = await adapter.get('a/one.txt')
      body.destroy()
      await adapter.delete('a/two.txt')
      const [listed, ...others] = await listAll(adapter, 'a/')
      assert.deepEqual(others, [])
      assert.equal(listed?.byteSize, 123)
      // Stores round the time differently in a list and in a header.
      assert.ok(Math.abs(listed.lastModified.getTime() - lastModified.getTime()) < 2000)
    },
  },
  {
    name: `lists ${MANY} objects in order, deletes them together, and can be left midway`,
    needs: 'list',
    run: async ({ adapter }) => {
      const keys = Array.from({ length: MANY }, (_, index) => `many/${index % 7}/${String(index).padStart(4, '0')}.txt`)
      const queue = keys.values()
      const work = async (): Promise<void> => {
        for (const key of queue) await putBytes(adapter, key, patternBytes(1))
      }
      await Promise.all(Array.from({ length: 16 }, work))
      assert.deepEqual(await listKeys(adapter, 'many/'), keys.toSorted())
      for await (const { key } of adapter.list('many/')) {
        if (key.startsWith('many/3/')) break
      }
      assert.deepEqual(await adapter.deleteMany(keys), [])
      assert.deepEqual(await listKeys(adapter, ''), [])
    },
  },
]
