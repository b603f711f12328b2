import type { MemoryStorage } from '@rindle/testing'
import type { Breakage, Change } from './breakage.ts'

const numbered = (): ((etag: string) => string) => {
  let count = 0
  return (etag) => `${etag}-${(count += 1)}`
}

/** Gives every write an etag of its own, and reads by those. */
const counting: Change = (good) => {
  const number = numbered()
  const current = new Map<string, string>()
  const described = <T extends { readonly etag: string }>(key: string, stored: T): T => {
    return { ...stored, etag: current.get(key) ?? stored.etag }
  }
  const written = (key: string): void => void current.set(key, number('write'))
  return {
    async put(key, body, options) {
      const stored = await good.put(key, body, options)
      written(key)
      return described(key, stored)
    },
    get: async (key, { ifMatch: _ifMatch, ...options } = {}) => described(key, await good.get(key, options)),
    async send(request, body) {
      const response = await good.send(request, body)
      written('album/photo.txt')
      return response
    },
  }
}

const numberingCopies = (good: MemoryStorage): Partial<MemoryStorage> => {
  const number = numbered()
  return {
    async copy(from, to, options) {
      const copied = await good.copy(from, to, options)
      return { ...copied, etag: number(copied.etag) }
    },
  }
}

export const etagBreakages: readonly Breakage[] = [
  {
    caseName: 'gives equal bytes the same etag, whenever they are put',
    how: 'counts its writes',
    breaks: counting,
  },
  {
    caseName: 'gives equal bytes the same etag when many put them at once',
    how: 'counts its writes',
    breaks: counting,
  },
  {
    caseName: 'gives a copy the etag of its source',
    how: 'counts its copies',
    breaks: numberingCopies,
  },
  {
    caseName: 'gives equal bytes the same etag when they are sent twice by a signed PUT',
    how: 'counts what clients send',
    breaks: counting,
  },
  {
    caseName: 'gives equal parts the same etag when they are assembled',
    how: 'makes the etag of the upload',
    breaks: (good) => ({
      multipart: {
        ...good.multipart,
        async complete(key, uploadId, parts) {
          return { ...(await good.multipart.complete(key, uploadId, parts)), etag: uploadId }
        },
      },
    }),
  },
]
