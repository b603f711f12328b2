import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import type { StorageAdapter, StoredObject } from '@rindle/core'
import { localStorage } from '@rindle/storage-local'
import { describe, expect, test } from 'vitest'
import type { ChecksumRecords } from '../src/checksum-records.ts'
import { parseOptions } from '../src/options.ts'
import { type StorageRoot, storageRoot } from '../src/storage-root.ts'
import { type OpenObject, openObject, statObject } from '../src/stored-file.ts'
import { OPTIONS } from './local-subject.ts'
import { getText, putText, treeOf, useStorage, wholeTreeOf } from './use-storage.ts'

const KEY = 'album/photo.txt'
const TEXT = 'the same'
const CHECKSUM = createHash('sha256').update(TEXT).digest('hex')

describe('the etag of an object', () => {
  test('is the SHA-256 of its bytes, which head tells too', async () => {
    const { storage } = await useStorage()
    expect(await putText(storage, KEY, TEXT)).toMatchObject({ etag: CHECKSUM, checksumSha256: CHECKSUM })
    expect(await storage.head(KEY)).toMatchObject({ etag: CHECKSUM, checksumSha256: CHECKSUM })
    expect(await storage.copy(KEY, 'b.txt')).toMatchObject({ etag: CHECKSUM, checksumSha256: CHECKSUM })
    expect(await storage.head('b.txt')).toMatchObject({ etag: CHECKSUM, checksumSha256: CHECKSUM })
  })

  test('is known to other processes, and after a move of the whole root that keeps times', async () => {
    const { storage, directory } = await useStorage()
    await putText(storage, KEY, TEXT)
    expect((await localStorage({ ...OPTIONS, directory }).head(KEY))?.etag).toBe(CHECKSUM)
    const backup = `${directory}-backup`
    await promisify(execFile)('cp', ['-a', directory, backup])
    expect((await localStorage({ ...OPTIONS, directory: backup }).head(KEY))?.etag).toBe(CHECKSUM)
  })

  test('stays while the same bytes are put again and again under readers, and no read fails', async () => {
    const { storage } = await useStorage()
    await putText(storage, KEY, TEXT)
    const etags = new Set<string | undefined>()
    const write = async (): Promise<void> => {
      for (let count = 0; count < 60; count++) etags.add((await putText(storage, KEY, TEXT)).etag)
    }
    const read = async (): Promise<void> => {
      for (let count = 0; count < 60; count++) {
        etags.add((await storage.head(KEY))?.etag)
        const { body, etag } = await storage.get(KEY, { ifMatch: CHECKSUM })
        body.destroy()
        etags.add(etag)
        etags.add((await storage.copy(KEY, 'copies/photo.txt', { ifMatch: CHECKSUM })).etag)
      }
    }
    await Promise.all([write(), write(), read(), read()])
    expect([...etags]).toEqual([CHECKSUM])
  })

  test.each([
    ['head', (root: StorageRoot) => statObject(root, KEY)],
    ['get', async (root: StorageRoot) => readOpened(await openObject(root, KEY, CHECKSUM))],
  ])(
    'is found by %s of an object that is put again between the look at its file and at its record',
    async (_what, look) => {
      const { storage, directory } = await useStorage()
      await putText(storage, KEY, TEXT)
      const root = storageRoot(parseOptions({ ...OPTIONS, directory }))
      let isReplaced = false
      const read: ChecksumRecords['read'] = async (path, version) => {
        if (!isReplaced) await putText(storage, KEY, TEXT)
        isReplaced = true
        return root.checksums.read(path, version)
      }
      expect(await look({ ...root, checksums: { ...root.checksums, read } })).toMatchObject({ etag: CHECKSUM })
    },
  )

  test('of bytes that arrived in pieces is one of their own, which stays', async () => {
    const { storage } = await useStorage()
    const { resumable } = storage
    let state = await resumable.begin(KEY, { contentType: 'text/plain', maxBytes: 100 })
    for await (state of resumable.append(KEY, state, Readable.from([TEXT])));
    const { etag } = await resumable.finish(KEY, state)
    expect(etag).not.toBe(CHECKSUM)
    expect(await storage.head(KEY)).toMatchObject({ etag })
    await storage.copy(KEY, 'b.txt', { ifMatch: etag })
    expect(await getText(storage, 'b.txt')).toBe(TEXT)
  })
})

describe('an object of an earlier version, or one that was put there by hand', () => {
  test('has the etag that it always had, by which rows still read and copy it', async () => {
    const { storage, directory } = await useStorage()
    await mkdir(join(directory, 'album'))
    await writeFile(join(directory, KEY), TEXT)
    const etag = await etagOfEarlierVersions(join(directory, KEY))
    expect(await storage.head(KEY)).toMatchObject({ etag })
    await reads(storage, etag)
    const copy = await storage.copy(KEY, 'frozen/photo.txt', { ifMatch: etag })
    expect(await storage.head('frozen/photo.txt')).toMatchObject({ etag: copy.etag })
  })

  test('is replaced by the same bytes without a trace of it', async () => {
    const { storage, directory } = await useStorage()
    await mkdir(join(directory, 'album'))
    await writeFile(join(directory, KEY), TEXT)
    expect((await putText(storage, KEY, TEXT)).etag).toBe(CHECKSUM)
    await storage.delete(KEY)
    expect(await treeOf(directory)).toEqual([])
  })

  test('is read by its old etag also when this version wrote it, beside processes of the earlier one', async () => {
    const { storage, directory } = await useStorage()
    await putText(storage, KEY, TEXT)
    await reads(storage, await etagOfEarlierVersions(join(directory, KEY)))
  })
})

describe('the record of a SHA-256', () => {
  test('goes with its object, and when another takes its place', async () => {
    const { storage, directory } = await useStorage()
    for (const text of ['one', 'two', 'three']) await putText(storage, KEY, text)
    expect(await recordsIn(join(directory, 'album'))).toHaveLength(1)
    await putText(storage, 'album/other.txt', 'x')
    await storage.delete(KEY)
    expect(await recordsIn(join(directory, 'album'))).toHaveLength(1)
    await storage.deleteMany(['album/other.txt'])
    expect(await wholeTreeOf(directory)).toEqual(['.rindle', '.rindle/root.json'])
  })

  test('that a killed writer left belongs to nothing, and goes with the last object of its directory', async () => {
    const { storage, directory } = await useStorage()
    await putText(storage, KEY, TEXT)
    await writeFile(join(directory, 'album', `.rindle-${'0'.repeat(24)}.sha256`), `${'f'.repeat(64)}\n`)
    expect((await storage.head(KEY))?.etag).toBe(CHECKSUM)
    await storage.delete(KEY)
    expect(await wholeTreeOf(directory)).toEqual(['.rindle', '.rindle/root.json'])
  })

  test.each([
    ['lost', async (record: string) => rm(record)],
    ['empty after a loss of power', async (record: string) => writeFile(record, '')],
    ['half written', async (record: string) => writeFile(record, CHECKSUM.slice(0, 30))],
  ])('that is %s costs a look at the bytes, and no object', async (_how, spoil) => {
    const { storage, directory } = await useStorage()
    await putText(storage, KEY, TEXT)
    const [record = ''] = await recordsIn(join(directory, 'album'))
    await spoil(join(directory, 'album', record))
    const another = localStorage({ ...OPTIONS, directory })
    expect((await another.head(KEY))?.checksumSha256).toBeUndefined()
    await reads(another, CHECKSUM)
    await another.copy(KEY, 'b.txt', { ifMatch: CHECKSUM })
    await writeFile(join(directory, KEY), 'others')
    await expect(another.get(KEY, { ifMatch: CHECKSUM })).rejects.toMatchObject({ code: 'storage_precondition_failed' })
  })

  test('says nothing of a file that was written over in place', async () => {
    const { storage, directory } = await useStorage()
    await putText(storage, KEY, TEXT)
    await writeFile(join(directory, KEY), 'other ok')
    expect(await storage.head(KEY)).toMatchObject({ etag: await etagOfEarlierVersions(join(directory, KEY)) })
  })

  test('is none of a body that was refused', async () => {
    const { storage, directory } = await useStorage()
    const refused = storage.put(KEY, Readable.from([TEXT]), { contentType: 'text/plain', byteSize: 3 })
    await expect(refused).rejects.toMatchObject({ code: 'checksum_mismatch' })
    expect(await wholeTreeOf(directory)).toEqual(['.rindle', '.rindle/root.json'])
  })
})

async function readOpened({ handle, stored }: OpenObject): Promise<StoredObject> {
  await handle.close()
  return stored
}

/** The etag that the first version computed. */
async function etagOfEarlierVersions(path: string): Promise<string> {
  const { size, mtimeNs, ino } = await lstat(path, { bigint: true })
  return [size, mtimeNs, ino].map((part) => part.toString(36)).join('-')
}

async function reads(storage: StorageAdapter, etag: string): Promise<void> {
  const { body } = await storage.get(KEY, { ifMatch: etag })
  body.destroy()
}

async function recordsIn(directory: string): Promise<readonly string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.sha256'))
}
