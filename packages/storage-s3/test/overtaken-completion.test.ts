import { Readable } from 'node:stream'
import { S3ServiceException } from '@aws-sdk/client-s3'
import type { MultipartStorage, ResumableState, ResumableStorage } from '@rindle/core/adapter'
import { s3Storage } from '@rindle/storage-s3'
import { useS3Server } from '@rindle/test-s3'
import { afterAll, describe, expect, test } from 'vitest'
import { parseOptions } from '../src/options.ts'
import { s3Connection } from '../src/s3-connection.ts'
import { s3Multipart } from '../src/s3-multipart.ts'
import { s3Resumable } from '../src/s3-resumable.ts'
import { s3OptionsOf } from './s3-subject.ts'

const KEY = 'album/film.txt'
const TYPE = { contentType: 'text/plain' }

const server = await useS3Server()
afterAll(() => server.stop())

const bucket = s3OptionsOf(server, await server.createBucket())
const storage = s3Storage(bucket)
const { multipart, resumable } = storage

// MinIO's answer to the slower of two calls: it removes the parts before it shows the object and forgets the upload.
describe('a completion that another one overtakes, so that the store reports missing parts', () => {
  test('says that the upload is gone', async () => {
    const { uploadId, parts } = await uploadInParts()
    const slow = overtakenBy(() => multipart.complete(KEY, uploadId, parts))
    await expect(slow.multipart.complete(KEY, uploadId, parts)).rejects.toMatchObject({
      code: 'storage_object_missing',
    })
  })

  test.each([
    ['forgets the upload', false],
    ['still lists the upload', true],
  ])('gives the same object, when the store %s', async (_what, stillLists) => {
    const state = await resumableUpload()
    const slow = overtakenBy(() => resumable.finish(KEY, state), stillLists)
    const { etag } = await slow.resumable.finish(KEY, state)
    expect(await storage.head(KEY)).toMatchObject({ etag })
  })
})

test('a resumable upload with another part in the store is reported as that', async () => {
  await storage.delete(KEY)
  const state = await resumableUpload()
  const other = { ...state, notes: { ...state.notes, etags: ['0'.repeat(32)] } }
  await expect(resumable.finish(KEY, other)).rejects.toMatchObject({ code: 'storage_precondition_failed' })
  await resumable.finish(KEY, state)
})

async function uploadInParts() {
  const { uploadId } = await multipart.create(KEY, TYPE)
  const { url, method, headers } = await multipart.signPart(KEY, uploadId, 1, {
    expiresAt: new Date(Date.now() + 60_000),
  })
  expect((await fetch(url, { method, headers, body: 'film' })).status).toBe(200)
  return { uploadId, parts: await multipart.listParts(KEY, uploadId) }
}

async function resumableUpload(): Promise<ResumableState> {
  let last = await resumable.begin(KEY, { ...TYPE, maxBytes: 4 })
  for await (const state of resumable.append(KEY, last, Readable.from([Buffer.from('film')]), { byteSize: 4 })) {
    last = state
  }
  return last
}

/** The same storage, whose store answers completions once `other` is done, and as if that call was still running. */
function overtakenBy(
  other: () => Promise<unknown>,
  stillLists = false,
): { readonly multipart: MultipartStorage; readonly resumable: ResumableStorage } {
  const config = parseOptions(bucket)
  const connection = s3Connection(config)
  connection.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'ListPartsCommand' && stillLists) return { output: { $metadata: {} }, response: {} }
        if (commandName !== 'CompleteMultipartUploadCommand') return next(args)
        await other()
        throw new S3ServiceException({ name: 'InvalidPart', $fault: 'client', $metadata: { httpStatusCode: 400 } })
      },
    { step: 'initialize' },
  )
  const slow = s3Multipart({ config, connection })
  return { multipart: slow, resumable: s3Resumable({ config, connection }, slow) }
}
