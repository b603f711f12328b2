import type { Breakage } from './breakage.ts'

export const deleteBreakages: readonly Breakage[] = [
  {
    caseName: 'deletes an object and nothing else, any number of times',
    how: 'does nothing',
    breaks: () => ({ delete: async () => {} }),
  },
  {
    caseName: 'deletes nothing for a prefix of a key, or for an unknown key',
    how: 'deletes all that begins with the key',
    breaks: (good) => ({
      async delete(prefix) {
        for await (const { key } of good.list(prefix)) await good.delete(key)
      },
    }),
  },
  {
    caseName: 'can be written again after a delete',
    how: 'remembers what was deleted',
    breaks: (good) => {
      const deleted = new Set<string>()
      return {
        delete: async (key) => void deleted.add(key),
        get: (key, options) => good.get(deleted.has(key) ? 'absent.txt' : key, options),
      }
    },
  },
  {
    caseName: 'deletes many, the absent ones with success',
    how: 'reports the absent ones',
    breaks: (good) => ({
      async deleteMany(keys) {
        const found = await Promise.all(keys.map((key) => good.head(key)))
        await good.deleteMany(keys)
        return keys.filter((_, index) => found[index] === undefined).map((key) => ({ key, error: new Error('absent') }))
      },
    }),
  },
  {
    caseName: 'deletes as many as possible, and names the failed keys',
    how: 'stops at the first that it cannot delete',
    breaks: (good) => ({
      async deleteMany(keys) {
        for (const key of keys) await good.delete(key)
        return []
      },
    }),
  },
]

export const copyBreakages: readonly Breakage[] = [
  {
    caseName: 'copies an object and leaves the source',
    how: 'moves it',
    breaks: (good) => ({
      async copy(from, to, options) {
        const copied = await good.copy(from, to, options)
        await good.delete(from)
        return copied
      },
    }),
  },
  {
    caseName: 'gives a copy the requested content type',
    how: 'gives it that of its source',
    breaks: (good) => ({
      copy: (from, to, { ifMatch, signal } = {}) =>
        good.copy(from, to, {
          ...(ifMatch === undefined ? {} : { ifMatch }),
          ...(signal === undefined ? {} : { signal }),
        }),
    }),
  },
  {
    caseName: 'copies over an existing object',
    how: 'keeps what is there',
    breaks: (good) => ({ copy: async (from, to, options) => (await good.head(to)) ?? good.copy(from, to, options) }),
  },
  {
    caseName: 'makes a copy that later writes to the source do not change',
    how: 'links the two',
    breaks: (good) => {
      const links = new Map<string, string>()
      return {
        async copy(from, to, options) {
          links.set(to, from)
          return good.copy(from, to, options)
        },
        get: (key, options) => good.get(links.get(key) ?? key, options),
      }
    },
  },
  {
    caseName: 'copies only the source with the requested etag',
    how: 'ignores ifMatch',
    breaks: (good) => ({ copy: (from, to) => good.copy(from, to) }),
  },
  {
    caseName: 'says storage_object_missing when the source of a copy is absent',
    how: 'says not_found in its own words',
    breaks: (good) => ({
      async copy(from, to, options) {
        if ((await good.head(from)) === undefined) throw new Error('NoSuchKey')
        return good.copy(from, to, options)
      },
    }),
  },
]
