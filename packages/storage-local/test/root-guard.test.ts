import { existsSync } from 'node:fs'
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { StorageAdapter } from '@rindle/core'
import type { KnownStorage } from '@rindle/core/adapter'
import { localStorage } from '@rindle/storage-local'
import { describe, expect, test } from 'vitest'
import { OPTIONS } from './local-subject.ts'
import { getText, keysOf, putText, useStorage, wholeTreeOf } from './use-storage.ts'

const KEY = 'album/photo.txt'
const UNAVAILABLE = { code: 'storage_unavailable', retryable: true }
const USED: KnownStorage = { identity: null, isUsed: async () => true }
const UPLOADED = { offset: 5, uploadId: null, notes: {} }

const CALLS: readonly (readonly [string, (storage: StorageAdapter) => Promise<unknown>])[] = [
  ['head of an object', (storage) => storage.head(KEY)],
  ['head of none', (storage) => storage.head('nowhere/at/all.txt')],
  ['get', (storage) => storage.get(KEY)],
  ['download', (storage) => storage.download(KEY, '/tmp/rindle-never')],
  ['put', (storage) => putText(storage, KEY, 'x')],
  ['put of a key without a directory', (storage) => putText(storage, 'photo.txt', 'x')],
  ['copy', (storage) => storage.copy(KEY, 'copies/photo.txt')],
  ['delete', (storage) => storage.delete(KEY)],
  ['list', (storage) => keysOf(storage, '')],
  ['list below a prefix', (storage) => keysOf(storage, 'album/')],
  ['a resumable upload that begins', (storage) => append(storage, { ...UPLOADED, offset: 0 })],
  ['a resumable upload that goes on', (storage) => append(storage, UPLOADED)],
  ['a resumable upload that is finished', (storage) => storage.resumable.finish('film.txt', UPLOADED)],
  ['a resumable upload that is given up', (storage) => storage.resumable.abort('film.txt', UPLOADED)],
]

describe.each<[string, (directory: string) => Promise<unknown>]>([
  ['is gone', async () => undefined],
  ['is an empty directory now, like the mount point of a disk', (directory) => mkdir(directory)],
])('a root that %s', (_how, replace) => {
  test.each(CALLS)('is storage_unavailable to %s, and nothing is written there', async (_name, call) => {
    const { storage, directory } = await storageWithUpload()
    await rename(directory, `${directory}-away`)
    await replace(directory)
    const before = await treeUnless(directory)
    await expect(call(storage)).rejects.toMatchObject(UNAVAILABLE)
    expect(await treeUnless(directory)).toEqual(before)
  })

  test('is storage_unavailable to deleteMany for each key', async () => {
    const { storage, directory } = await storageWithUpload()
    await rename(directory, `${directory}-away`)
    await replace(directory)
    expect(await storage.deleteMany([KEY])).toMatchObject([{ key: KEY, error: UNAVAILABLE }])
  })

  test('is not made again by start, and is in use again when it is back', async () => {
    const { storage, directory } = await storageWithUpload()
    const identity = (await storage.start()) ?? null
    await rename(directory, `${directory}-away`)
    await replace(directory)
    const before = await treeUnless(directory)
    const started = localStorage({ ...OPTIONS, directory })
    await expect(storage.start()).rejects.toMatchObject(UNAVAILABLE)
    for (const known of [remembered(identity), USED]) {
      await expect(started.start(known)).rejects.toMatchObject({
        ...UNAVAILABLE,
        message: expect.stringMatching(directory),
      })
    }
    expect(await treeUnless(directory)).toEqual(before)
    await rm(directory, { recursive: true, force: true })
    await rename(`${directory}-away`, directory)
    expect(await started.start(remembered(identity))).toBe(identity)
    expect(await getText(storage, KEY)).toBe('mine')
  })

  test('is created on request, and then the previous root counts as another one', async () => {
    const { storage, directory } = await storageWithUpload()
    const before = await storage.start()
    await rename(directory, `${directory}-away`)
    await replace(directory)
    const anew = localStorage({ ...OPTIONS, directory })
    const identity = await anew.start(null)
    expect(identity).not.toBe(before)
    expect(await anew.head(KEY)).toBeUndefined()
    // A running process must not take the new root for the one that it knows.
    await expect(storage.head(KEY)).rejects.toMatchObject(UNAVAILABLE)
    await rm(directory, { recursive: true })
    await rename(`${directory}-away`, directory)
    await expect(anew.start(remembered(identity ?? null))).rejects.toMatchObject(UNAVAILABLE)
  })
})

describe('a root without a marker', () => {
  test('is taken over when it was never used, with what lies in it', async () => {
    const { storage, directory } = await storageOfEarlierVersion()
    expect(await storage.start()).toBe(await idIn(directory))
    expect(await getText(storage, KEY)).toBe('mine')
  })

  test('is taken over when objects of it are known and some are there', async () => {
    const { storage, directory } = await storageOfEarlierVersion()
    expect(await storage.start(USED)).toBe(await idIn(directory))
    expect(await getText(storage, KEY)).toBe('mine')
  })

  test('is none of ours when objects of it are known and nothing that could be one is there', async () => {
    const { storage, directory } = await storageOfEarlierVersion()
    await rm(join(directory, 'album'), { recursive: true })
    await mkdir(join(directory, 'lost+found'))
    await writeFile(join(directory, '.not-mounted'), '')
    await expect(storage.start(USED)).rejects.toMatchObject(UNAVAILABLE)
    expect(await wholeTreeOf(directory)).toEqual(['.not-mounted', 'lost+found'])
  })

  test('is taken over by one of many that start at once, and the others follow', async () => {
    const { directory } = await storageOfEarlierVersion()
    const many = Array.from({ length: 20 }, () => localStorage({ ...OPTIONS, directory }).start())
    expect(new Set(await Promise.all(many))).toEqual(new Set([await idIn(directory)]))
    expect((await wholeTreeOf(directory)).filter((path) => path.endsWith('.tmp'))).toEqual([])
  })
})

test('an unreadable marker is an error', async () => {
  const { directory } = await useStorage()
  await writeFile(join(directory, '.rindle/root.json'), '')
  const storage = localStorage({ ...OPTIONS, directory })
  await expect(storage.start()).rejects.toMatchObject({
    ...UNAVAILABLE,
    message: expect.stringMatching('init-storage'),
  })
  await expect(putText(storage, KEY, 'x')).rejects.toMatchObject(UNAVAILABLE)
})

async function storageWithUpload() {
  const used = await useStorage()
  await putText(used.storage, KEY, 'mine')
  await append(used.storage, { ...UPLOADED, offset: 0 })
  return used
}

function remembered(identity: string | null): KnownStorage {
  return { identity, isUsed: async () => true }
}

/** Objects as the first version left them, and a storage that was not started. */
async function storageOfEarlierVersion(): Promise<{ readonly storage: StorageAdapter; readonly directory: string }> {
  const { directory } = await useStorage()
  await rm(join(directory, '.rindle'), { recursive: true })
  await mkdir(join(directory, 'album'))
  await writeFile(join(directory, KEY), 'mine')
  return { storage: localStorage({ ...OPTIONS, directory }), directory }
}

async function append(storage: StorageAdapter, state: typeof UPLOADED): Promise<void> {
  for await (const _ of storage.resumable.append('film.txt', state, Readable.from(['bytes'])));
}

async function idIn(directory: string): Promise<string> {
  return (JSON.parse(await readFile(join(directory, '.rindle/root.json'), 'utf8')) as { readonly id: string }).id
}

/** What is there, and when something was last made or removed in it: also what is removed again counts as written. */
async function treeUnless(directory: string): Promise<unknown> {
  if (!existsSync(directory)) return 'gone'
  return { tree: await wholeTreeOf(directory), changedAt: (await lstat(directory, { bigint: true })).mtimeNs }
}
