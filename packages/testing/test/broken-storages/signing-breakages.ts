import type { SignPutOptions } from '@rindle/core/adapter'
import { type Breakage, type Change, declaring } from './breakage.ts'

const FAR = new Date('2999-01-01T00:00:00Z')

const signingPut =
  (change: (options: SignPutOptions) => SignPutOptions): Change =>
  (good) => ({ signPut: (key, options) => good.signPut(key, change(options)) })

export const signingBreakages: readonly Breakage[] = [
  {
    caseName: 'delivers by a signed GET, with the headers that were signed',
    how: 'forgets the disposition',
    breaks: (good) => ({
      signGet: (key, { expiresAt, contentType = '' }) => good.signGet(key, { expiresAt, contentType }),
    }),
  },
  {
    caseName: 'refuses a signed GET that has expired or was altered',
    how: 'signs for ever',
    breaks: (good) => ({ signGet: (key, options) => good.signGet(key, { ...options, expiresAt: FAR }) }),
  },
  {
    caseName: 'refuses a PUT by a URL that was signed for GET',
    how: 'does not bind the method',
    breaks: (good) => ({ send: (request) => good.send({ ...request, method: 'GET' }) }),
  },
  {
    caseName: 'stores by a signed PUT',
    how: 'stores under another key',
    breaks: (good) => ({ signPut: (_key, options) => good.signPut('another.txt', options) }),
  },
  {
    caseName: 'refuses a signed PUT that has expired or was altered',
    how: 'signs for ever',
    breaks: signingPut((options) => ({ ...options, expiresAt: FAR })),
  },
  {
    caseName: 'refuses a signed PUT of another length or other bytes than were signed',
    how: 'does not bind the bytes',
    breaks: signingPut(({ expiresAt, contentType }) => ({ expiresAt, contentType })),
  },
  {
    caseName: 'puts what it signs into a token that it opens again',
    how: 'forgets what was declared',
    breaks: (good) => ({
      capabilities: declaring(good, 'local'),
      openToken: (_token, method) => ({ method, key: 'album/photo.txt', expiresAt: FAR }),
    }),
  },
]

export const multipartBreakages: readonly Breakage[] = [
  {
    caseName: 'makes one object of parts that arrive in any order',
    how: 'lists the parts as they came',
    breaks: (good) => ({
      multipart: {
        ...good.multipart,
        listParts: async (key, uploadId) => (await good.multipart.listParts(key, uploadId)).toReversed(),
      },
    }),
  },
  {
    caseName: 'keeps the last body of a part, and completes with no other',
    how: 'does not compare etags',
    breaks: (good) => ({
      multipart: {
        ...good.multipart,
        complete: async (key, uploadId) =>
          good.multipart.complete(key, uploadId, await good.multipart.listParts(key, uploadId)),
      },
    }),
  },
  {
    caseName: 'forgets an upload that was aborted, any number of times',
    how: 'aborts in name only',
    breaks: (good) => ({ multipart: { ...good.multipart, abort: async () => {} } }),
  },
  {
    caseName: 'lists the uploads that are neither completed nor aborted',
    how: 'lists an upload under another id',
    breaks: (good) => ({
      multipart: {
        ...good.multipart,
        async *listUploads(prefix, options) {
          for await (const upload of good.multipart.listUploads(prefix, options)) yield { ...upload, uploadId: 'other' }
        },
      },
    }),
  },
  {
    caseName: 'refuses a signed part that has expired or has another length than was signed',
    how: 'signs for ever',
    breaks: (good) => ({
      multipart: {
        ...good.multipart,
        signPart: (key, uploadId, partNumber, options) =>
          good.multipart.signPart(key, uploadId, partNumber, { ...options, expiresAt: FAR }),
      },
    }),
  },
]
