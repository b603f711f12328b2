import { writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { GetOptions } from '@rindle/core/adapter'
import type { MemoryStorage } from '@rindle/testing'
import { type Breakage, bytesAt, type Change, NO_OBJECT } from './breakage.ts'

const ignoringIfMatch: Change = (good) => ({
  get: (key, options = {}) => good.get(key, without(options, 'ifMatch')),
})

export const getBreakages: readonly Breakage[] = [
  {
    caseName: 'says storage_object_missing when an absent object is read',
    how: 'gives an empty object',
    breaks: () => ({ get: async () => ({ ...NO_OBJECT, body: Readable.from([]) }) }),
  },
  {
    caseName: 'does not take a prefix of a key for an object',
    how: 'finds objects by a leading part of their keys',
    breaks: (good) => ({
      async get(key, options) {
        for await (const found of good.list(key)) return good.get(found.key, options)
        return good.get(key, options)
      },
    }),
  },
  {
    caseName: 'says undefined to head of an absent object',
    how: 'says storage_object_missing',
    breaks: (good) => ({ head: (key) => good.get(key) }),
  },
  {
    caseName: 'reads ranges, clipped to the end of the object',
    how: 'takes the end of a range for exclusive',
    breaks: (good) => ({ get: (key, options = {}) => good.get(key, endingEarlier(options)) }),
  },
  {
    caseName: 'reads an empty body from any range of an empty object',
    how: 'takes an empty object for an absent one',
    breaks: (good) => ({
      async get(key, options) {
        const found = await good.get(key, options)
        return found.byteSize > 0 ? found : good.get('absent.txt')
      },
    }),
  },
  {
    caseName: 'refuses malformed ranges',
    how: 'reads everything instead',
    breaks: (good) => ({ get: (key, options = {}) => good.get(key, without(options, 'range')) }),
  },
  {
    caseName: 'reads only the object with the requested etag',
    how: 'ignores ifMatch',
    breaks: ignoringIfMatch,
  },
  {
    caseName: 'is not harmed by bodies that are not read to their end',
    how: 'counts open bodies and runs out',
    breaks: (good) => {
      let left = 10
      return {
        async get(key, options) {
          left -= 1
          const found = await good.get(left < 0 ? 'absent.txt' : key, options)
          found.body.once('end', () => {
            left += 1
          })
          return found
        },
      }
    },
  },
  {
    caseName: 'downloads to a new file',
    how: 'writes no file',
    breaks: (good) => ({ download: async (key) => (await good.head(key)) ?? NO_OBJECT }),
  },
  {
    caseName: 'leaves no file when a download fails',
    how: 'makes the file before it looks',
    breaks: (good) => ({
      async download(key, path, options) {
        await writeFile(path, await bytesAt(good, key))
        const { body, ...stored } = await good.get(key, options)
        body.destroy()
        return stored
      },
    }),
  },
  {
    caseName: 'does not overwrite a file with a download',
    how: 'overwrites',
    breaks: (good) => ({
      async download(key, path) {
        await writeFile(path, await bytesAt(good, key))
        return NO_OBJECT
      },
    }),
  },
]

export const listBreakages: readonly Breakage[] = [
  {
    caseName: 'lists nothing in an empty storage',
    how: 'lists its root',
    breaks: () => ({
      async *list() {
        yield { key: 'root', byteSize: 0, lastModified: new Date(0) }
      },
    }),
  },
  {
    caseName: 'lists in ascending order of the bytes of keys',
    how: 'walks through directories',
    breaks: (good) => ({
      async *list(prefix) {
        const found = await listed(good, prefix)
        yield* found.toSorted((left, right) => left.key.localeCompare(right.key))
      },
    }),
  },
  {
    caseName: 'lists by a prefix that is a plain string',
    how: 'takes the prefix for a directory',
    breaks: (good) => ({ list: (prefix) => good.list(prefix === '' ? '' : `${prefix.replace(/\/$/, '')}/`) }),
  },
  {
    caseName: 'lists nothing for a prefix that no key can begin with',
    how: 'resolves dots',
    breaks: (good) => ({ list: (prefix) => good.list(prefix.replace(/^\.*\//, '')) }),
  },
  {
    caseName: 'lists at most the requested number, the first ones',
    how: 'ignores the limit',
    breaks: (good) => ({ list: (prefix) => good.list(prefix) }),
  },
  {
    caseName: 'refuses a limit that is not a positive integer',
    how: 'ignores the limit',
    breaks: (good) => ({ list: (prefix) => good.list(prefix) }),
  },
  {
    caseName: 'lists the size and time of each object, and no deleted one',
    how: 'knows no sizes',
    breaks: (good) => ({
      async *list(prefix) {
        for await (const found of good.list(prefix)) yield { ...found, byteSize: 0 }
      },
    }),
  },
  {
    caseName: 'lists 1010 objects in order, deletes them together, and can be left midway',
    how: 'forgets the second page',
    breaks: (good) => ({ list: (prefix) => good.list(prefix, { limit: 1000 }) }),
  },
]

function without(options: GetOptions, name: keyof GetOptions): GetOptions {
  return Object.fromEntries(Object.entries(options).filter(([key]) => key !== name))
}

function endingEarlier(options: GetOptions): GetOptions {
  const { start, end } = options.range ?? { start: 0 }
  return end === undefined || end === start ? options : { ...options, range: { start, end: end - 1 } }
}

async function listed(good: MemoryStorage, prefix: string) {
  const found = []
  for await (const object of good.list(prefix)) found.push(object)
  return found
}
