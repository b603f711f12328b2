import { execFile } from 'node:child_process'
import { mkdir, rename, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import type { StorageAdapter } from '@rindle/core'
import { describe, expect, it } from 'vitest'
import { putText, useStorage } from './use-storage.ts'

async function opened(storage: StorageAdapter, key: string) {
  const file = await storage.openFile?.(key)
  if (file === undefined) throw new Error(`There is no ${key}.`)
  return file
}

describe('an object that is opened', () => {
  it('tells what head tells, and gives parts of itself, at once or as a stream that closes it', async () => {
    const { storage } = await useStorage()
    await putText(storage, 'a/b.txt', '0123456789')
    const file = await opened(storage, 'a/b.txt')
    expect(file.stored).toEqual(await storage.head('a/b.txt'))
    expect(Buffer.from(await file.read(2, 3)).toString()).toBe('234')
    expect(Buffer.from(await file.read(0, 10)).toString()).toBe('0123456789')
    expect(await text(file.stream(8, 9))).toBe('89')
    file.close()
  })

  it('stays what it was when another one takes its place', async () => {
    const { storage } = await useStorage()
    await putText(storage, 'a.txt', 'old')
    const file = await opened(storage, 'a.txt')
    await putText(storage, 'a.txt', 'new')
    expect(Buffer.from(await file.read(0, 3)).toString()).toBe('old')
    file.close()
    file.close()
    expect((await opened(storage, 'a.txt')).stored.etag).not.toBe(file.stored.etag)
  })

  it('gives the bytes that the file has now, however lately they were read', async () => {
    const { storage, directory } = await useStorage()
    const readAgain = async (): Promise<string> => {
      const file = await opened(storage, 'a.txt')
      const bytes = await file.read(0, 3)
      file.close()
      return Buffer.from(bytes).toString()
    }
    await putText(storage, 'a.txt', 'one')
    expect([await readAgain(), await readAgain()]).toEqual(['one', 'one'])
    await putText(storage, 'a.txt', 'two')
    expect([await readAgain(), await readAgain()]).toEqual(['two', 'two'])
    const file = await opened(storage, 'a.txt')
    await truncate(join(directory, 'a.txt'), 1)
    await expect(file.read(0, 3)).rejects.toMatchObject({ code: 'storage_unavailable' })
    file.close()
  })

  it('fails when its file becomes shorter, instead of giving less', async () => {
    const { storage, directory } = await useStorage()
    await putText(storage, 'a.txt', '0123456789')
    const file = await opened(storage, 'a.txt')
    await truncate(join(directory, 'a.txt'), 4)
    await expect(file.read(0, 10)).rejects.toMatchObject({ code: 'storage_unavailable' })
    file.close()
  })
})

describe('what is no object', () => {
  it('is not opened: nothing, a directory, a FIFO that nobody writes to', async () => {
    const { storage, directory } = await useStorage()
    await mkdir(join(directory, 'folder.txt'))
    if (process.platform !== 'win32') await promisify(execFile)('mkfifo', [join(directory, 'fifo.txt')])
    for (const key of ['missing.txt', 'folder.txt', 'fifo.txt']) expect(await storage.openFile?.(key)).toBeUndefined()
  })

  it('is an outage, not a missing object, when the root is gone', async () => {
    const { storage, directory } = await useStorage()
    await putText(storage, 'a.txt', 'x')
    await rename(directory, `${directory}-away`)
    await expect(storage.openFile?.('a.txt')).rejects.toMatchObject({ code: 'storage_unavailable' })
    await rm(`${directory}-away`, { recursive: true })
  })

  it('is refused by its key before anything is touched', async () => {
    const { storage } = await useStorage()
    await expect(storage.openFile?.('../a.txt')).rejects.toMatchObject({ code: 'storage_key_invalid' })
  })
})

it('a large part streams as get streams it', async () => {
  const { storage } = await useStorage()
  await putText(storage, 'large.txt', 'x'.repeat(1_000_000))
  const file = await opened(storage, 'large.txt')
  expect((await buffer(file.stream(1, 999_999))).byteLength).toBe(999_999)
})
