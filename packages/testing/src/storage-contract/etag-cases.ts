import assert from 'node:assert/strict'
import type { StorageAdapter } from '@rindle/core'
import { patternBytes, putBytes } from './bodies.ts'
import type { StorageContractCase, StorageSubject } from './contract-case.ts'
import { inAMinute, senderOf } from './signing-cases.ts'

const KEY = 'album/photo.txt'
// The minimum that S3 accepts for any part but the last.
const PART_BYTES = 5 * 1024 * 1024

/** Run only if etags follow from the bytes: the same bytes, sent again, are the same object. */
export const etagCases: readonly StorageContractCase[] = [
  {
    name: 'gives equal bytes the same etag, whenever they are put',
    run: async ({ adapter }) => {
      const bytes = patternBytes(100_000, 1)
      const { etag } = await putBytes(adapter, KEY, bytes)
      assert.equal((await putBytes(adapter, KEY, bytes)).etag, etag, 'put again')
      await isReadBy(adapter, etag)
      await putBytes(adapter, KEY, patternBytes(100_000, 2))
      assert.equal((await putBytes(adapter, KEY, bytes)).etag, etag, 'put again after others')
      await adapter.delete(KEY)
      assert.equal((await putBytes(adapter, KEY, bytes)).etag, etag, 'put again after a delete')
      await isReadBy(adapter, etag)
    },
  },
  {
    name: 'gives equal bytes the same etag when many put them at once',
    run: async ({ adapter }) => {
      const bytes = patternBytes(100_000)
      const stored = await Promise.all(Array.from({ length: 10 }, () => putBytes(adapter, KEY, bytes)))
      assert.equal(new Set(stored.map(({ etag }) => etag)).size, 1)
      await isReadBy(adapter, stored[0]?.etag ?? '')
    },
  },
  {
    name: 'gives a copy the etag of its source',
    needs: 'server_side_copy',
    run: async ({ adapter }) => {
      const { etag } = await putBytes(adapter, KEY, patternBytes(100_000))
      assert.equal((await adapter.copy(KEY, 'copies/photo.txt', { ifMatch: etag })).etag, etag)
    },
  },
  {
    name: 'gives equal bytes the same etag when they are sent twice by a signed PUT',
    needs: 'presigned_put',
    run: async (subject) => {
      const etags = new Set<string>()
      const request = await subject.adapter.signPut(KEY, { expiresAt: inAMinute(), contentType: 'text/plain' })
      for (let count = 0; count < 2; count++) {
        assert.ok((await senderOf(subject)(request, patternBytes(1000))).ok)
        const { body, etag } = await subject.adapter.get(KEY)
        body.destroy()
        etags.add(etag)
      }
      assert.equal(etags.size, 1)
    },
  },
  {
    name: 'gives equal parts the same etag when they are assembled',
    needs: 'multipart_upload',
    run: async (subject) => {
      const parts = [patternBytes(PART_BYTES, 1), patternBytes(1000, 2)]
      assert.equal(await etagOfParts(subject, parts), await etagOfParts(subject, parts))
    },
  },
]

async function isReadBy(adapter: StorageAdapter, etag: string): Promise<void> {
  const { body } = await adapter.get(KEY, { ifMatch: etag })
  body.destroy()
}

async function etagOfParts(subject: StorageSubject, parts: readonly Uint8Array<ArrayBuffer>[]): Promise<string> {
  const { multipart } = subject.adapter
  const { uploadId } = await multipart.create(KEY, { contentType: 'text/plain' })
  for (const [index, bytes] of parts.entries()) {
    const options = { expiresAt: inAMinute(), byteSize: bytes.byteLength }
    const response = await senderOf(subject)(await multipart.signPart(KEY, uploadId, index + 1, options), bytes)
    assert.ok(response.ok, `the answer to a part was ${response.status}`)
  }
  return (await multipart.complete(KEY, uploadId, await multipart.listParts(KEY, uploadId))).etag
}
