import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { StorageAdapter } from '@rindle/core'
import { localStorage } from '@rindle/storage-local'
import { describe, expect, test } from 'vitest'
import { OPTIONS } from './local-subject.ts'
import { getText, keysOf, putText, treeOf, useStorage } from './use-storage.ts'

const CALLS: readonly (readonly [string, (storage: StorageAdapter, key: string) => Promise<unknown>])[] = [
  ['put', (storage, key) => putText(storage, key, 'mine')],
  ['get', (storage, key) => storage.get(key)],
  ['open file', async (storage, key) => storage.openFile?.(key)],
  ['head', (storage, key) => storage.head(key)],
  ['delete', (storage, key) => storage.delete(key)],
  ['copy from', (storage, key) => storage.copy(key, 'copied.txt')],
  ['copy to', (storage, key) => storage.copy('good.txt', key)],
  ['download', (storage, key) => storage.download(key, '/tmp/rindle-never')],
]

describe('a directory that is a symbolic link', () => {
  test.each(CALLS)('is not followed by %s', async (_method, call) => {
    const { storage, outside } = await storageWithLinks()
    await expect(call(storage, 'linked/secret.txt')).rejects.toMatchObject({ code: 'storage_denied' })
    await expect(call(storage, 'linked/deep/new.txt')).rejects.toMatchObject({ code: 'storage_denied' })
    expect(await treeOf(outside)).toEqual(['deep', 'secret.txt'])
    expect(await readFile(join(outside, 'secret.txt'), 'utf8')).toBe('secret')
  })

  test('is not followed by put when the directories below it would have to be made', async () => {
    const { storage, outside } = await storageWithLinks()
    await expect(putText(storage, 'linked/new/deep/a.txt', 'mine')).rejects.toMatchObject({ code: 'storage_denied' })
    expect(await treeOf(outside)).toEqual(['deep', 'secret.txt'])
  })

  test('is not followed when it points to another place below the root', async () => {
    const { storage, directory } = await useStorage()
    await putText(storage, 'real/a.txt', 'real')
    await symlink(join(directory, 'real'), join(directory, 'alias'))
    await expect(storage.get('alias/a.txt')).rejects.toMatchObject({ code: 'storage_denied' })
  })
})

describe('a file that is a symbolic link', () => {
  test.each(['get', 'head', 'copy from', 'download'])('is not followed by %s', async (method) => {
    const { storage } = await storageWithLinks()
    const call = CALLS.find(([name]) => name === method)?.[1]
    await expect(call?.(storage, 'link.txt')).rejects.toMatchObject({ code: 'storage_denied' })
  })

  test('is replaced by put and removed by delete, and its target stays', async () => {
    const { storage, directory, outside } = await storageWithLinks()
    await putText(storage, 'link.txt', 'mine')
    expect(await getText(storage, 'link.txt')).toBe('mine')
    await symlink(join(outside, 'secret.txt'), join(directory, 'second.txt'))
    await storage.delete('second.txt')
    expect(await readFile(join(outside, 'secret.txt'), 'utf8')).toBe('secret')
    expect(await treeOf(directory)).not.toContain('second.txt')
  })
})

test('a list passes over symbolic links, and begins at none', async () => {
  const { storage } = await storageWithLinks()
  expect(await keysOf(storage, '')).toEqual(['good.txt'])
  await expect(keysOf(storage, 'linked/')).rejects.toMatchObject({ code: 'storage_denied' })
})

test('the root itself may be a symbolic link', async () => {
  const { directory } = await useStorage()
  const link = join(dirname(directory), 'link-to-root')
  await symlink(directory, link)
  const storage = localStorage({ ...OPTIONS, directory: link })
  await storage.start()
  await putText(storage, 'a/b.txt', 'through')
  expect(await getText(storage, 'a/b.txt')).toBe('through')
  await storage.delete('a/b.txt')
  expect(await treeOf(directory)).toEqual([])
})

async function storageWithLinks() {
  const { storage, directory } = await useStorage()
  const outside = join(dirname(directory), 'outside')
  await mkdir(join(outside, 'deep'), { recursive: true })
  await writeFile(join(outside, 'secret.txt'), 'secret')
  await symlink(outside, join(directory, 'linked'))
  await symlink(join(outside, 'secret.txt'), join(directory, 'link.txt'))
  await putText(storage, 'good.txt', 'good')
  return { storage, directory, outside }
}
