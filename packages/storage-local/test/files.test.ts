import { execFile } from 'node:child_process'
import { constants, createReadStream, existsSync } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { localStorage } from '@rindle/storage-local'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { OPTIONS } from './local-subject.ts'
import { getText, keysOf, putText, treeOf, useStorage } from './use-storage.ts'

describe('the files of local storage', () => {
  test('are for their owner alone', async () => {
    const { storage, directory } = await useStorage()
    await putText(storage, 'album/photo.txt', 'x')
    await storage.copy('album/photo.txt', 'copies/photo.txt')
    expect(await modesOf(directory, ['', 'album', 'copies'])).toEqual([0o700, 0o700, 0o700])
    expect(await modesOf(directory, ['album/photo.txt', 'copies/photo.txt'])).toEqual([0o600, 0o600])
  })

  test('have the modes of the options, whatever the umask', async () => {
    const umask = process.umask(0o077)
    onTestFinished(() => void process.umask(umask))
    const { storage, directory } = await useStorage({ fileMode: 0o664, directoryMode: 0o775 })
    await putText(storage, 'album/photo.txt', 'x')
    await storage.copy('album/photo.txt', 'copies/photo.txt')
    expect(await modesOf(directory, ['', 'album', 'copies'])).toEqual([0o775, 0o775, 0o775])
    expect(await modesOf(directory, ['album/photo.txt', 'copies/photo.txt'])).toEqual([0o664, 0o664])
  })

  test('are nowhere else than under their keys', async () => {
    const { storage, directory } = await useStorage()
    await putText(storage, 'a/b/c.txt', 'x')
    await storage.copy('a/b/c.txt', 'd.txt')
    expect(await treeOf(directory)).toEqual(['a', 'a/b', 'a/b/c.txt', 'd.txt'])
    expect(storage.localPath('a/b/c.txt')).toBe(join(directory, 'a/b/c.txt'))
  })

  test('are written before the memory of disposable chunks is freed', async () => {
    const { storage } = await useStorage()
    const chunks = [new Uint8Array(100_000).fill(97), new Uint8Array(100_000).fill(98)]
    const body = (): Readable => Readable.from(chunks, { objectMode: false })
    await storage.put('a.txt', body(), { contentType: 'text/plain' })
    const begun = await storage.resumable.begin('b.txt', { contentType: 'text/plain', maxBytes: 200_000 })
    for await (const _ of storage.resumable.append('b.txt', begun, body()));
    expect(chunks.map(({ byteLength }) => byteLength)).toEqual([100_000, 100_000])
    await storage.put('a.txt', body(), { contentType: 'text/plain', disposeChunks: true })
    expect(chunks.map(({ byteLength }) => byteLength)).toEqual([0, 0])
    expect(await getText(storage, 'a.txt')).toBe('a'.repeat(100_000) + 'b'.repeat(100_000))
  })

  test('of an upload that two calls finish keep the etag that the faster one gave', async () => {
    // Other than a new file has, so that it is changed.
    const { storage, directory } = await useStorage({ fileMode: 0o640 })
    const { resumable } = storage
    let state = await resumable.begin('film.txt', { contentType: 'text/plain', maxBytes: 100 })
    for await (const kept of resumable.append('film.txt', state, Readable.from(['film']))) state = kept
    const { reached, release } = await holdFirstChmod(directory)
    const slower = resumable.finish('film.txt', state)
    await reached
    const { etag } = await resumable.finish('film.txt', state)
    release()
    expect((await slower).etag).toBe(etag)
    expect((await storage.head('film.txt'))?.etag).toBe(etag)
  })

  test('leave no empty directory when they are deleted', async () => {
    const { storage, directory } = await useStorage()
    await putText(storage, 'a/b/c/one.txt', 'x')
    await putText(storage, 'a/two.txt', 'x')
    await storage.delete('a/b/c/one.txt')
    expect(await treeOf(directory)).toEqual(['a', 'a/two.txt'])
    await storage.delete('a/two.txt')
    expect(await treeOf(directory)).toEqual([])
  })

  test.each([
    ['the body fails', { body: failingBody, options: {} }],
    ['the length is another', { body: () => Readable.from(['x']), options: { byteSize: 2 } }],
    ['the signal is aborted', { body: () => Readable.from(['x']), options: { signal: AbortSignal.abort() } }],
  ])('leave nothing, not even a directory, when %s', async (_what, { body, options }) => {
    const { storage, directory } = await useStorage()
    await expect(storage.put('a/b/c.txt', body(), { contentType: 'text/plain', ...options })).rejects.toThrow()
    expect(await treeOf(directory)).toEqual([])
  })

  test('are synchronised with their directories when the options ask for it, and else not', async () => {
    const { storage: lasting, directory } = await useStorage({ fsync: true })
    const { storage: hasty } = await useStorage()
    const handle = await open(directory, 'r')
    const sync = vi.spyOn(Object.getPrototypeOf(handle), 'sync')
    await handle.close()
    onTestFinished(() => sync.mockRestore())
    await putText(hasty, 'a/b.txt', 'x')
    expect(sync).not.toHaveBeenCalled()
    await putText(lasting, 'a/b.txt', 'x')
    // The root, which holds the new directory; the file; the directory, which holds the file.
    expect(sync).toHaveBeenCalledTimes(3)
  })
})

describe('a list of local storage', () => {
  test('skips temporary files and everything else that is not an object', async () => {
    const { storage, directory } = await useStorage()
    await putText(storage, 'a/photo.txt', 'x')
    await writeFile(join(directory, 'a', '.rindle-0123456789ab.tmp'), 'half')
    await writeFile(join(directory, '.DS_Store'), 'x')
    await writeFile(join(directory, 'a', 'Thumbs.db'), 'x')
    await mkdir(join(directory, 'lost+found'))
    await writeFile(join(directory, 'lost+found', 'x.txt'), 'x')
    await mkdir(join(directory, 'empty'))
    expect(await keysOf(storage, '')).toEqual(['a/photo.txt'])
  })
})

describe('a key that local storage cannot hold', () => {
  test('is refused when a leading part of it is an object', async () => {
    const { storage } = await useStorage()
    await putText(storage, 'album', 'x')
    for (const key of ['album/photo.txt', 'album/deep/photo.txt']) {
      await expect(putText(storage, key, 'y')).rejects.toMatchObject({ code: 'storage_key_invalid' })
    }
    expect(await getText(storage, 'album')).toBe('x')
  })

  test('is refused when it is a leading part of an object', async () => {
    const { storage, directory } = await useStorage()
    await putText(storage, 'album/photo.txt', 'x')
    await expect(putText(storage, 'album', 'y')).rejects.toMatchObject({ code: 'storage_key_invalid' })
    await expect(storage.copy('album/photo.txt', 'album')).rejects.toMatchObject({ code: 'storage_key_invalid' })
    expect(await treeOf(directory)).toEqual(['album', 'album/photo.txt'])
  })

  test('is refused when a segment is longer than a file name may be', async () => {
    const { storage } = await useStorage()
    for (const key of ['x'.repeat(300), `${'x'.repeat(300)}/photo.txt`]) {
      await expect(putText(storage, key, 'y')).rejects.toMatchObject({ code: 'storage_key_invalid' })
    }
  })
})

describe('a root directory that is not there', () => {
  test('is storage_unavailable to every call, and never an absent object', async () => {
    const { storage, directory } = await useStorage()
    await putText(storage, 'album/photo.txt', 'x')
    await rename(directory, `${directory}-unmounted`)
    const unavailable = { code: 'storage_unavailable', retryable: true }
    await expect(storage.head('album/photo.txt')).rejects.toMatchObject(unavailable)
    await expect(storage.get('photo.txt')).rejects.toMatchObject(unavailable)
    await expect(storage.delete('album/photo.txt')).rejects.toMatchObject(unavailable)
    await expect(keysOf(storage, '')).rejects.toMatchObject(unavailable)
    await expect(putText(storage, 'album/photo.txt', 'x')).rejects.toMatchObject(unavailable)
  })

  test('is not made by a storage that was not started', async () => {
    const { directory } = await useStorage()
    await rm(directory, { recursive: true })
    const storage = localStorage({ ...OPTIONS, directory })
    await expect(putText(storage, 'a.txt', 'x')).rejects.toMatchObject({ code: 'storage_unavailable' })
    await storage.start()
    await putText(storage, 'a.txt', 'x')
    expect(await getText(storage, 'a.txt')).toBe('x')
  })

  test('cannot be made by start where a file is', async () => {
    const { directory } = await useStorage()
    await writeFile(join(directory, 'file'), 'x')
    const storage = localStorage({ ...OPTIONS, directory: join(directory, 'file') })
    await expect(storage.start()).rejects.toMatchObject({ code: 'config_invalid' })
  })
})

test('the error of a body is passed on as it is, also when it is one of the operating system', async () => {
  const { storage } = await useStorage()
  const body = createReadStream('/nowhere/at/all')
  const failure = await storage.put('a/b.txt', body, { contentType: 'text/plain' }).catch((error: unknown) => error)
  expect(failure).toBe(body.errored)
  expect(failure).toMatchObject({ code: 'ENOENT', syscall: 'open' })
})

test('a download that is aborted midway rejects with the reason and leaves no file', async () => {
  const { storage, directory } = await useStorage()
  const body = Readable.from(Array.from({ length: 512 }, () => Buffer.alloc(65_536)))
  await storage.put('film.txt', body, { contentType: 'text/plain' })
  const path = `${directory}-copy`
  const controller = new AbortController()
  const reason = new Error('Not needed any more.')
  const failure = storage.download('film.txt', path, { signal: controller.signal }).catch((error: unknown) => error)
  while (!existsSync(path)) await new Promise((resolve) => setImmediate(resolve))
  controller.abort(reason)
  expect(await failure).toBe(reason)
  expect(existsSync(path)).toBe(false)
})

test('a list below a prefix that no file can have is refused by name', async () => {
  const { storage } = await useStorage()
  await expect(keysOf(storage, `${'x'.repeat(300)}/`)).rejects.toMatchObject({ code: 'storage_key_invalid' })
})

test('a full disk is insufficient_disk, and keeps the previous object', async (context) => {
  const { directory } = await useStorage()
  const disk = join(directory, 'disk')
  await mkdir(disk)
  try {
    await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk])
  } catch (error) {
    context.skip(`a small disk cannot be mounted here: ${String(error)}`)
  }
  onTestFinished(async () => void (await promisify(execFile)('umount', [disk])))
  const storage = localStorage({ ...OPTIONS, directory: join(disk, 'root') })
  await storage.start()
  await putText(storage, 'a/photo.txt', 'small')
  const full = { code: 'insufficient_disk', retryable: true }
  const chunks = Array.from({ length: 64 }, () => Buffer.alloc(65_536))
  // The first part of one large chunk fits.
  for (const body of [Readable.from(chunks), Readable.from([Buffer.concat(chunks)])]) {
    await expect(storage.put('a/photo.txt', body, { contentType: 'text/plain' })).rejects.toMatchObject(full)
    expect(body.destroyed).toBe(true)
    expect(await getText(storage, 'a/photo.txt')).toBe('small')
    expect(await treeOf(join(disk, 'root'))).toEqual(['a', 'a/photo.txt'])
  }
  const { storage: roomy } = await useStorage()
  await roomy.put('film.txt', Readable.from(chunks), { contentType: 'text/plain' })
  await expect(roomy.download('film.txt', join(disk, 'film'))).rejects.toMatchObject(full)
  expect(existsSync(join(disk, 'film'))).toBe(false)
})

/** Holds the next change of an open file's mode, for the running test. */
async function holdFirstChmod(
  directory: string,
): Promise<{ readonly reached: Promise<void>; readonly release: () => void }> {
  const probe = await open(directory, 'r')
  const prototype = Object.getPrototypeOf(probe) as FileHandle
  await probe.close()
  const [reached, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const spy = vi.spyOn(prototype, 'chmod').mockImplementationOnce(async function (this: FileHandle, mode) {
    reached.resolve()
    await held.promise
    return this.chmod(mode)
  })
  onTestFinished(() => spy.mockRestore())
  return { reached: reached.promise, release: held.resolve }
}

async function modesOf(directory: string, paths: readonly string[]): Promise<readonly number[]> {
  const stats = await Promise.all(paths.map((path) => stat(join(directory, path))))
  return stats.map(({ mode }) => mode & ~constants.S_IFMT)
}

function failingBody(): Readable {
  return Readable.from(
    (function* () {
      yield 'x'
      throw new Error('The client went away.')
    })(),
  )
}
