import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { ByteRange } from '@rindle/core/adapter'
import { patternBytes, putBytes, readBytes } from './bodies.ts'
import type { StorageContractCase } from './contract-case.ts'
import { rejectsWith } from './expectations.ts'

const KEY = 'album/photo.txt'
const SIZE = 200_000

const RANGES: readonly { readonly range: ByteRange; readonly from: number; readonly to: number }[] = [
  { range: { start: 0 }, from: 0, to: SIZE },
  { range: { start: 0, end: 0 }, from: 0, to: 1 },
  { range: { start: 0, end: SIZE - 1 }, from: 0, to: SIZE },
  { range: { start: 10, end: 19 }, from: 10, to: 20 },
  { range: { start: 65_535, end: 65_536 }, from: 65_535, to: 65_537 },
  { range: { start: 70_000, end: 190_000 }, from: 70_000, to: 190_001 },
  { range: { start: SIZE - 1 }, from: SIZE - 1, to: SIZE },
  { range: { start: 150_000, end: 9_999_999 }, from: 150_000, to: SIZE },
  { range: { start: SIZE }, from: SIZE, to: SIZE },
  { range: { start: SIZE, end: SIZE }, from: SIZE, to: SIZE },
  { range: { start: 9_999_999, end: 99_999_999 }, from: SIZE, to: SIZE },
]

const MALFORMED_RANGES: readonly ByteRange[] = [
  { start: -1 },
  { start: 1.5 },
  { start: Number.NaN },
  { start: 5, end: 4 },
  { start: 0, end: -1 },
  { start: 0, end: 1.5 },
]

/** Reading: whole objects, ranges, conditions, files. */
export const getCases: readonly StorageContractCase[] = [
  {
    name: 'says storage_object_missing when an absent object is read',
    run: async ({ adapter }) => {
      await rejectsWith('storage_object_missing', () => adapter.get('nowhere/at/all.txt'))
      await rejectsWith('storage_object_missing', () => adapter.get(KEY, { range: { start: 5 }, ifMatch: 'any' }))
    },
  },
  {
    name: 'does not take a prefix of a key for an object',
    run: async ({ adapter }) => {
      await putBytes(adapter, 'a/b/one', patternBytes(10))
      for (const key of ['a', 'a/b', 'a/b/on', 'a/b/one/more.txt']) {
        await rejectsWith('storage_object_missing', () => adapter.get(key))
        if (adapter.capabilities.has('head')) assert.equal(await adapter.head(key), undefined)
      }
    },
  },
  {
    name: 'says undefined to head of an absent object',
    needs: 'head',
    run: async ({ adapter }) => assert.equal(await adapter.head('nowhere/at/all.txt'), undefined),
  },
  {
    name: 'reads ranges, clipped to the end of the object',
    run: async ({ adapter }) => {
      const bytes = patternBytes(SIZE)
      await putBytes(adapter, KEY, bytes)
      for (const { range, from, to } of RANGES) {
        const { body, byteSize } = await adapter.get(KEY, { range })
        assert.equal(byteSize, SIZE, 'byteSize is that of the whole object')
        assert.ok(bytes.subarray(from, to).equals(await buffer(body)), `range ${JSON.stringify(range)}`)
      }
    },
  },
  {
    name: 'reads an empty body from any range of an empty object',
    run: async ({ adapter }) => {
      await putBytes(adapter, KEY, Buffer.alloc(0))
      for (const range of [{ start: 0 }, { start: 0, end: 0 }, { start: 7, end: 9 }]) {
        assert.equal((await buffer((await adapter.get(KEY, { range })).body)).byteLength, 0)
      }
    },
  },
  {
    name: 'refuses malformed ranges',
    run: async ({ adapter }) => {
      await putBytes(adapter, KEY, patternBytes(10))
      for (const range of MALFORMED_RANGES) await rejectsWith('invalid_input', () => adapter.get(KEY, { range }))
    },
  },
  {
    name: 'reads only the object with the requested etag',
    run: async ({ adapter }) => {
      const { etag } = await putBytes(adapter, KEY, patternBytes(10, 1))
      const { body } = await adapter.get(KEY, { ifMatch: etag, range: { start: 2, end: 4 } })
      assert.ok(
        patternBytes(10, 1)
          .subarray(2, 5)
          .equals(await buffer(body)),
      )
      await putBytes(adapter, KEY, patternBytes(10, 2))
      await rejectsWith('storage_precondition_failed', () => adapter.get(KEY, { ifMatch: etag }))
    },
  },
  {
    name: 'is not harmed by bodies that are not read to their end',
    run: async ({ adapter }) => {
      await putBytes(adapter, KEY, patternBytes(SIZE))
      for (let count = 0; count < 20; count++) (await adapter.get(KEY)).body.destroy()
      assert.equal((await readBytes(adapter, KEY)).byteLength, SIZE)
    },
  },
  {
    name: 'downloads to a new file',
    run: async ({ adapter }) => {
      const { etag } = await putBytes(adapter, KEY, patternBytes(SIZE))
      await inDirectory(async (directory) => {
        const stored = await adapter.download(KEY, join(directory, 'copy'), { ifMatch: etag })
        assert.equal(stored.etag, etag)
        assert.ok(patternBytes(SIZE).equals(await readFile(join(directory, 'copy'))))
      })
    },
  },
  {
    name: 'leaves no file when a download fails',
    run: async ({ adapter }) => {
      await putBytes(adapter, KEY, patternBytes(SIZE))
      await inDirectory(async (directory) => {
        const path = join(directory, 'copy')
        await rejectsWith('storage_object_missing', () => adapter.download('absent.txt', path))
        await rejectsWith('storage_precondition_failed', () => adapter.download(KEY, path, { ifMatch: 'another' }))
        await rejectsWith('invalid_input', () => adapter.download(KEY, join(directory, 'absent', 'copy')))
        assert.deepEqual(await readdir(directory), [])
      })
    },
  },
  {
    name: 'does not overwrite a file with a download',
    run: async ({ adapter }) => {
      await putBytes(adapter, KEY, patternBytes(10))
      await inDirectory(async (directory) => {
        await writeFile(join(directory, 'mine'), 'mine')
        await rejectsWith('invalid_input', () => adapter.download(KEY, join(directory, 'mine')))
        assert.equal(await readFile(join(directory, 'mine'), 'utf8'), 'mine')
      })
    },
  },
]

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-contract-'))
  try {
    await work(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
