import assert from 'node:assert/strict'
import { patternBytes, putBytes, readBytes } from './bodies.ts'
import type { StorageContractCase } from './contract-case.ts'
import { isAbsent, rejectsWith } from './expectations.ts'

const FROM = 'staging/one.txt'
const TO = 'album/two.txt'

/** Copying inside the storage. */
export const copyCases: readonly StorageContractCase[] = [
  {
    name: 'copies an object and leaves the source',
    needs: 'server_side_copy',
    run: async ({ adapter }) => {
      const { etag } = await putBytes(adapter, FROM, patternBytes(300_000))
      const copied = await adapter.copy(FROM, TO, { ifMatch: etag })
      assert.equal(copied.byteSize, 300_000)
      assert.equal(copied.contentType, 'text/plain')
      assert.ok(patternBytes(300_000).equals(await readBytes(adapter, TO)))
      assert.ok(patternBytes(300_000).equals(await readBytes(adapter, FROM)))
      const { body } = await adapter.get(TO, { ifMatch: copied.etag })
      body.destroy()
    },
  },
  {
    name: 'gives a copy the requested content type',
    needs: 'server_side_copy',
    run: async ({ adapter }) => {
      await putBytes(adapter, FROM, patternBytes(10))
      assert.equal((await adapter.copy(FROM, 'album/two.jpg', { contentType: 'image/jpeg' })).contentType, 'image/jpeg')
      const { body, contentType } = await adapter.get('album/two.jpg')
      body.destroy()
      assert.equal(contentType, 'image/jpeg')
    },
  },
  {
    name: 'copies over an existing object',
    needs: 'server_side_copy',
    run: async ({ adapter }) => {
      await putBytes(adapter, FROM, patternBytes(10, 1))
      await putBytes(adapter, TO, patternBytes(5000, 2))
      await adapter.copy(FROM, TO)
      assert.ok(patternBytes(10, 1).equals(await readBytes(adapter, TO)))
    },
  },
  {
    name: 'makes a copy that later writes to the source do not change',
    needs: 'server_side_copy',
    run: async ({ adapter }) => {
      await putBytes(adapter, FROM, patternBytes(10, 1))
      await adapter.copy(FROM, TO)
      await putBytes(adapter, FROM, patternBytes(10, 2))
      assert.ok(patternBytes(10, 1).equals(await readBytes(adapter, TO)))
      await adapter.delete(FROM)
      assert.ok(patternBytes(10, 1).equals(await readBytes(adapter, TO)))
    },
  },
  {
    name: 'copies only the source with the requested etag',
    needs: 'server_side_copy',
    run: async ({ adapter }) => {
      const { etag } = await putBytes(adapter, FROM, patternBytes(10, 1))
      await putBytes(adapter, FROM, patternBytes(10, 2))
      await rejectsWith('storage_precondition_failed', () => adapter.copy(FROM, TO, { ifMatch: etag }))
      await isAbsent(adapter, TO)
      await putBytes(adapter, TO, patternBytes(10, 3))
      await rejectsWith('storage_precondition_failed', () => adapter.copy(FROM, TO, { ifMatch: etag }))
      assert.ok(patternBytes(10, 3).equals(await readBytes(adapter, TO)))
    },
  },
  {
    name: 'says storage_object_missing when the source of a copy is absent',
    needs: 'server_side_copy',
    run: async ({ adapter }) => {
      await rejectsWith('storage_object_missing', () => adapter.copy(FROM, TO))
      await isAbsent(adapter, TO)
    },
  },
]
