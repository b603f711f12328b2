import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { normalizeKey } from '@rindle/core/adapter'
import { type Breakage, bytesAt, type Change, NO_OBJECT, puttingParts, puttingWithout, spoiling } from './breakage.ts'

export const putBreakages: readonly Breakage[] = [
  {
    caseName: 'returns the stored bytes unchanged',
    how: 'loses the last byte',
    breaks: (good) => ({
      async put(key, body, options) {
        const bytes = await buffer(body)
        return good.put(key, Readable.from([bytes.subarray(0, -1)]), options)
      },
    }),
  },
  {
    caseName: 'takes a body of many tiny chunks',
    how: 'loses tiny chunks',
    breaks: (good) => ({
      put: (key, body, options) =>
        good.put(
          key,
          body.filter((chunk: Buffer) => chunk.byteLength > 9),
          options,
        ),
    }),
  },
  {
    caseName: 'changes no chunk of a body, unless they are disposable',
    how: 'gives the memory of every chunk free',
    breaks: (good) => ({ put: (key, body, options) => good.put(key, spoiling(body), options) }),
  },
  {
    caseName: 'gives a content type that agrees with the extension of the key',
    how: 'gives one type for all',
    breaks: (good) => ({
      get: async (key, options) => ({ ...(await good.get(key, options)), contentType: 'application/octet-stream' }),
    }),
  },
  {
    caseName: 'keeps the content type it was given, whatever the key',
    how: 'gives one type for all',
    breaks: (good) => ({
      head: async (key) => ({ ...((await good.head(key)) ?? NO_OBJECT), contentType: 'application/octet-stream' }),
    }),
  },
  {
    caseName: 'describes the same object alike in put, get and head',
    how: 'quotes the etag in head alone',
    breaks: (good) => ({ head: async (key) => ({ ...((await good.head(key)) ?? NO_OBJECT), etag: '"quoted"' }) }),
  },
  {
    caseName: 'overwrites',
    how: 'keeps the first object',
    breaks: (good) => ({
      put: async (key, body, options) => (await good.head(key)) ?? good.put(key, body, options),
    }),
  },
  {
    caseName: 'gives other bytes another etag, however fast they follow',
    how: 'makes the etag of the size',
    breaks: (good) => ({
      async put(key, body, options) {
        const stored = await good.put(key, body, options)
        return { ...stored, etag: String(stored.byteSize) }
      },
    }),
  },
  {
    caseName: 'accepts a body of the declared length and SHA-256',
    how: 'takes every checksum for wrong',
    breaks: (good) => ({
      put: (key, body, options) => good.put(key, body, { ...options, checksumSha256: '0'.repeat(64) }),
    }),
  },
  ...['shorter than declared', 'longer than declared'].map((what) => ({
    caseName: `refuses a body ${what}, and keeps the previous object`,
    how: 'ignores the length',
    breaks: puttingWithout('byteSize'),
  })),
  {
    caseName: 'refuses a body of another SHA-256, and keeps the previous object',
    how: 'ignores the checksum',
    breaks: puttingWithout('checksumSha256'),
  },
  {
    caseName: 'stops reading a body that is longer than declared',
    how: 'looks at the length only at the end',
    breaks: (good) => ({
      put: async (key, body, options) => good.put(key, Readable.from([await buffer(body)]), options),
    }),
  },
  ...['fails at once', 'fails after a part'].map((what) => ({
    caseName: `rejects with the error of a body that ${what}, and keeps the previous object`,
    how: 'keeps the part that came',
    breaks: puttingParts,
  })),
  {
    caseName: 'destroys the body of a put that it refuses before it begins',
    how: 'leaves the body to its sender',
    breaks: (good) => ({
      async put(key, body, options) {
        normalizeKey(key)
        options.signal?.throwIfAborted()
        return good.put(key, body, options)
      },
    }),
  },
  {
    caseName: 'keeps nothing of a body that is cut off without an error',
    how: 'keeps the part that came',
    breaks: puttingParts,
  },
]

// The partial objects that a store shows if it writes in place.
const writingInPlace: Change = (good) => ({
  async put(key, body, options) {
    let written = Buffer.alloc(0)
    for await (const chunk of body) {
      written = Buffer.concat([written, chunk])
      await good.put(key, Readable.from([written]), options)
    }
    return good.put(key, Readable.from([written]), options)
  },
})

export const concurrencyBreakages: readonly Breakage[] = [
  {
    caseName: 'shows nothing of a new object before it is whole',
    how: 'writes in place',
    breaks: writingInPlace,
  },
  {
    caseName: 'shows the old object until the new one is whole',
    how: 'deletes the old object first',
    breaks: (good) => ({
      async put(key, body, options) {
        await good.delete(key)
        return good.put(key, body, options)
      },
    }),
  },
  {
    caseName: 'finishes a read of the object that was there when it began',
    how: 'opens the object when its body is read',
    breaks: (good) => ({
      async get(key, options) {
        async function* later(): AsyncGenerator<Buffer> {
          yield await bytesAt(good, key)
        }
        return { ...(await good.get(key, options)), body: Readable.from(later(), { objectMode: false }) }
      },
    }),
  },
  {
    caseName: 'copies the requested version of the source, or nothing, while others replace it',
    how: 'compares first and copies later',
    breaks: (good) => ({
      async copy(from, to, options) {
        const { body } = await good.get(from, options)
        body.destroy()
        await new Promise((resolve) => setImmediate(resolve))
        return good.copy(from, to)
      },
    }),
  },
  {
    caseName: 'keeps one whole object when many write one key at once',
    how: 'lets writers share one temporary file',
    breaks: (good) => {
      const written: Buffer[] = []
      return {
        async put(key, body, options) {
          for await (const chunk of body) written.push(chunk)
          return good.put(key, Readable.from(written), options)
        },
      }
    },
  },
  {
    caseName: 'loses no object that is written while its neighbours are deleted',
    how: 'deletes the directory with the object',
    breaks: (good) => ({
      async delete(key) {
        await new Promise((resolve) => setImmediate(resolve))
        for await (const { key: neighbour } of good.list(key.slice(0, key.lastIndexOf('/') + 1))) {
          await good.delete(neighbour)
        }
      },
    }),
  },
  {
    caseName: 'lets many delete one object at once',
    how: 'fails when the object is gone',
    breaks: (good) => {
      const deleted = new Set<string>()
      return {
        async delete(key) {
          if (deleted.has(key)) throw new Error('NoSuchKey')
          deleted.add(key)
          return good.delete(key)
        },
      }
    },
  },
]
