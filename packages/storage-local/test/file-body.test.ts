import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { open, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isFileBody } from '../src/file-body.ts'
import { treeOf, useStorage } from './use-storage.ts'

const BYTES = randomBytes(600_000)
const SHA256 = createHash('sha256').update(BYTES).digest('hex')
const TYPE = { contentType: 'image/webp' }

/** A storage, and a file beside its objects. */
async function fileAndStorage() {
  const { storage, directory } = await useStorage()
  const path = `${directory}-body.bin`
  await writeFile(path, BYTES)
  onTestFinished(() => rm(path, { force: true }))
  return { storage, directory, path }
}

/** The open files of this process that have this path. */
async function openFiles(path: string): Promise<number> {
  const descriptors = await readdir('/proc/self/fd')
  const targets = await Promise.all(descriptors.map((each) => readlink(join('/proc/self/fd', each)).catch(() => '')))
  return targets.filter((target) => target === path).length
}

describe('the stream of a file', () => {
  it('becomes an object with its bytes and their SHA-256, and is closed, when many are put at once', async () => {
    const { storage, directory, path } = await fileAndStorage()
    const keys = Array.from({ length: 12 }, (_, index) => `photo/${index}.webp`)
    const stored = await Promise.all(
      keys.map((key) =>
        storage.put(key, createReadStream(path), { ...TYPE, byteSize: 600_000, checksumSha256: SHA256 }),
      ),
    )
    for (const [index, key] of keys.entries()) {
      expect(stored[index]).toMatchObject({ byteSize: 600_000, checksumSha256: SHA256 })
      expect(BYTES.equals(await readFile(join(directory, key)))).toBe(true)
    }
    if (process.platform === 'linux') expect(await openFiles(path)).toBe(0)
  })

  it('is refused when it is longer, shorter or another one than declared, and leaves nothing', async () => {
    const { storage, directory, path } = await fileAndStorage()
    const put = (declared: object) => storage.put('a.webp', createReadStream(path), { ...TYPE, ...declared })
    for (const declared of [{ byteSize: 599_999 }, { byteSize: 600_001 }, { checksumSha256: '0'.repeat(64) }]) {
      await expect(put(declared)).rejects.toMatchObject({ code: 'checksum_mismatch' })
    }
    expect(await treeOf(directory)).toEqual([])
    if (process.platform === 'linux') expect(await openFiles(path)).toBe(0)
  })

  it('fails with its own error when there is no such file, and with the reason of an abort', async () => {
    const { storage, directory, path } = await fileAndStorage()
    const missing = storage.put('a.webp', createReadStream(`${path}.missing`), TYPE)
    await expect(missing).rejects.toMatchObject({ code: 'ENOENT' })
    const reason = new Error('stopped')
    const aborted = storage.put('a.webp', createReadStream(path), { ...TYPE, signal: AbortSignal.abort(reason) })
    await expect(aborted).rejects.toBe(reason)
    expect(await treeOf(directory)).toEqual([])
    if (process.platform === 'linux') expect(await openFiles(path)).toBe(0)
  })

  it('is read as any other stream if it is a part of a file, or begun', async () => {
    const { storage, directory, path } = await fileAndStorage()
    const part = createReadStream(path, { start: 10, end: 19 })
    expect(isFileBody(part)).toBe(false)
    await storage.put('part.webp', part, { ...TYPE, byteSize: 10 })
    expect(BYTES.subarray(10, 20).equals(await readFile(join(directory, 'part.webp')))).toBe(true)

    const begun = createReadStream(path, { highWaterMark: 1_000 })
    await once(begun, 'readable')
    expect((begun.read(1_000) as Buffer).equals(BYTES.subarray(0, 1_000))).toBe(true)
    expect(isFileBody(begun)).toBe(false)
    await storage.put('rest.webp', begun, { ...TYPE, byteSize: 599_000 })
    expect(BYTES.subarray(1_000).equals(await readFile(join(directory, 'rest.webp')))).toBe(true)

    await using handle = await open(path)
    expect(isFileBody(handle.createReadStream({ autoClose: false }))).toBe(false)
    expect(isFileBody(createReadStream(path))).toBe(true)
  })
})
