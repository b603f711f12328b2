import assert from 'node:assert/strict'
import type { UploadedPart } from '@rindle/core'
import { patternBytes, readBytes } from './bodies.ts'
import type { StorageContractCase, StorageSubject } from './contract-case.ts'
import { collect, isAbsent, rejectsWith } from './expectations.ts'
import { inAMinute, isRefused, senderOf } from './signing-cases.ts'

const KEY = 'album/film.txt'
// The minimum that S3 accepts for any part but the last.
const PART_BYTES = 5 * 1024 * 1024

/** Uploads in parts. */
export const multipartCases: readonly StorageContractCase[] = [
  {
    name: 'makes one object of parts that arrive in any order',
    needs: 'multipart_upload',
    run: async (subject) => {
      const { multipart } = subject.adapter
      const [first, second] = [patternBytes(PART_BYTES, 1), patternBytes(1000, 2)]
      const { uploadId } = await multipart.create(KEY, { contentType: 'text/plain' })
      await sendPart(subject, uploadId, 2, second)
      await isAbsent(subject.adapter, KEY)
      await sendPart(subject, uploadId, 1, first)
      const parts = await multipart.listParts(KEY, uploadId)
      assert.deepEqual(parts.map(sizeOfPart), [
        [1, PART_BYTES],
        [2, 1000],
      ])
      const stored = await multipart.complete(KEY, uploadId, parts)
      assert.equal(stored.byteSize, PART_BYTES + 1000)
      assert.ok(Buffer.concat([first, second]).equals(await readBytes(subject.adapter, KEY)))
    },
  },
  {
    name: 'keeps the last body of a part, and completes with no other',
    needs: 'multipart_upload',
    run: async (subject) => {
      const { multipart } = subject.adapter
      const { uploadId } = await multipart.create(KEY, { contentType: 'text/plain' })
      await sendPart(subject, uploadId, 1, patternBytes(100, 1))
      const replaced = await multipart.listParts(KEY, uploadId)
      await sendPart(subject, uploadId, 1, patternBytes(100, 2))
      await rejectsWith('storage_precondition_failed', () => multipart.complete(KEY, uploadId, replaced))
      await isAbsent(subject.adapter, KEY)
      await multipart.complete(KEY, uploadId, await multipart.listParts(KEY, uploadId))
      assert.ok(patternBytes(100, 2).equals(await readBytes(subject.adapter, KEY)))
    },
  },
  {
    name: 'forgets an upload that was aborted, any number of times',
    needs: 'multipart_upload',
    run: async (subject) => {
      const { multipart } = subject.adapter
      const { uploadId } = await multipart.create(KEY, { contentType: 'text/plain' })
      await sendPart(subject, uploadId, 1, patternBytes(100))
      await multipart.abort(KEY, uploadId)
      await multipart.abort(KEY, uploadId)
      await rejectsWith('storage_object_missing', () => multipart.listParts(KEY, uploadId))
      await rejectsWith('storage_object_missing', () =>
        multipart.complete(KEY, uploadId, [{ partNumber: 1, etag: 'x' }]),
      )
      await isAbsent(subject.adapter, KEY)
    },
  },
  {
    name: 'refuses a signed part that has expired or has another length than was signed',
    needs: 'multipart_upload',
    run: async (subject) => {
      const { multipart } = subject.adapter
      const { uploadId } = await multipart.create(KEY, { contentType: 'text/plain' })
      const sign = (expiresAt: Date, byteSize: number) => multipart.signPart(KEY, uploadId, 1, { expiresAt, byteSize })
      await isRefused(subject, await sign(new Date(Date.now() - 60_000), 100), patternBytes(100))
      await isRefused(subject, await sign(inAMinute(), 99), patternBytes(100))
      assert.deepEqual(await multipart.listParts(KEY, uploadId), [])
      await multipart.abort(KEY, uploadId)
    },
  },
]

/** Run only if the storage lists unfinished uploads under their own ids. */
export const openUploadCases: readonly StorageContractCase[] = [
  {
    name: 'lists the uploads that are neither completed nor aborted',
    needs: 'multipart_upload',
    run: async (subject) => {
      const { multipart } = subject.adapter
      const [done, open] = [
        await multipart.create(KEY, { contentType: 'text/plain' }),
        await multipart.create(KEY, { contentType: 'text/plain' }),
      ]
      await sendPart(subject, done.uploadId, 1, patternBytes(100))
      await multipart.complete(KEY, done.uploadId, await multipart.listParts(KEY, done.uploadId))
      const [listed, ...others] = await collect(multipart.listUploads('album/film'))
      assert.deepEqual(others, [])
      assert.deepEqual({ key: listed?.key, uploadId: listed?.uploadId }, { key: KEY, uploadId: open.uploadId })
      assert.ok(listed?.initiatedAt instanceof Date)
      assert.deepEqual(await collect(multipart.listUploads('album/music')), [])
      await multipart.abort(KEY, open.uploadId)
      assert.deepEqual(await collect(multipart.listUploads('album/film')), [])
    },
  },
]

async function sendPart(
  subject: StorageSubject,
  uploadId: string,
  partNumber: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const options = { expiresAt: inAMinute(), byteSize: bytes.byteLength }
  const request = await subject.adapter.multipart.signPart(KEY, uploadId, partNumber, options)
  const response = await senderOf(subject)(request, bytes)
  assert.ok(response.ok, `the answer to part ${partNumber} was ${response.status}`)
}

function sizeOfPart({ partNumber, byteSize }: UploadedPart): readonly [number, number] {
  return [partNumber, byteSize]
}
