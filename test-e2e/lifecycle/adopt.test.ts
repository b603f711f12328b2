import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type AssetWithVariants, defineProfile, type Owner } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { faultyStorage } from '@rindle/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { storageIn } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

const common = {
  accept: { types: ['image/jpeg'], maxBytes: 1_000_000 },
  variants: { thumb: image.crop(8, 8) },
} as const
const profiles = {
  photo: defineProfile({ ...common, storage: 'main', slots: { cover: 'one', gallery: 'many' } }),
  scan: defineProfile({ ...common, storage: 'main' }),
}

/** Every call of the storage, with its key. */
const storageCalls: (readonly [point: string, key: string])[] = []
/** What is to happen before the storage copies from a key. */
const beforeCopy = new Map<string, () => Promise<void>>()

let application: Application<typeof profiles>
let picture: Buffer
let lastFile = 0

beforeAll(async () => {
  picture = await quadrants(20, 20)
  application = await startApplication({
    profiles,
    wrapStorage: (storage) =>
      faultyStorage(storage, {
        onCall: (point, [key = '']) => {
          storageCalls.push([point, key])
          return point === 'copy:before' ? beforeCopy.get(key)?.() : undefined
        },
      }),
  })
  await application.work()
})
afterAll(async () => application[Symbol.asyncDispose]())

const owner = (): Owner => ({ type: 'album', id: ++lastFile })
const pathOf = (key: string): string => join(application.directory, 'storage', key)

/** Puts a file where another program would have put it, under a key that no other test uses. */
async function placed(name = 'Été 1.JPG', bytes: Uint8Array = picture): Promise<string> {
  const key = `Old Photos/${++lastFile}/${name}`
  await mkdir(dirname(pathOf(key)), { recursive: true })
  await writeFile(pathOf(key), bytes)
  return key
}

const adopt = (key: string, options = {}): ReturnType<typeof application.rindle.adopt<'photo'>> =>
  application.rindle.adopt('photo', { storage: 'main', key }, options)

async function objectsOf({ profile, id }: { readonly profile: string; readonly id: string }): Promise<string[]> {
  return readdir(pathOf(`${profile}/${id}`)).then(
    (names) => names.filter((name) => !name.startsWith('.')),
    () => [],
  )
}

const gone = (id: string): Promise<void> =>
  vi.waitFor(async () => expect(await application.rindle.asset(id)).toBeNull(), { timeout: 10_000, interval: 10 })

describe('a copy of an object', () => {
  it('passes the gate, keeps name and age, and leaves the object as it is', async () => {
    const key = await placed()
    const before = await stat(pathOf(key))
    const createdAt = new Date('2019-04-05T06:07:08.000Z')
    const holder = owner()
    const { asset, isNew } = await adopt(key, { createdAt, owner: holder, slot: 'cover' })
    expect(isNew).toBe(true)
    const ready = await settled(application.rindle, asset.id)
    expect(ready).toMatchObject({ state: 'ready', filename: 'Été 1.JPG', createdAt, width: 20, inPlace: false })
    expect(ready.adoptedFrom).toEqual({ storage: 'main', key })
    expect(ready.storageKey).toMatch(/^photo\//)
    expect(ready.checksumSha256).toBe(createHash('sha256').update(picture).digest('hex'))
    expect((await application.rindle.attachmentFor(holder, 'cover'))?.assetId).toBe(asset.id)
    const after = await stat(pathOf(key))
    expect([after.mtimeMs, after.ino, after.size]).toEqual([before.mtimeMs, before.ino, before.size])
  })

  it('is made by the storage: this process reads the head, and sends no bytes', async () => {
    const key = await placed()
    const { asset } = await adopt(key)
    await settled(application.rindle, asset.id)
    expect(new Set(storageCalls.filter(([, of]) => of === key).map(([point]) => point))).toEqual(
      new Set(['get:before', 'get:after', 'copy:before', 'copy:after']),
    )
    const sent = storageCalls.filter(([point, of]) => point === 'put:before' && of.includes(`${asset.id}/original-`))
    expect(sent).toEqual([])
  })

  it('is made once, however many calls ask for it at once', async () => {
    const key = await placed()
    const holder = owner()
    const calls = await Promise.all(Array.from({ length: 12 }, () => adopt(key, { owner: holder, slot: 'gallery' })))
    expect(new Set(calls.map(({ asset }) => asset.id)).size).toBe(1)
    expect(calls.filter(({ isNew }) => isNew)).toHaveLength(1)
    const ready = await settled(application.rindle, calls[0]?.asset.id ?? '')
    expect(await application.rindle.attachmentsFor([holder], ['gallery'])).toHaveLength(1)
    expect(await objectsOf(ready)).toHaveLength(2)
    const report = await application.rindle.scanOrphans({ graceSeconds: 0 })
    expect(report.matched).toBe(0)
    await expect(application.rindle.adopt('scan', { storage: 'main', key })).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is refused when the object changes meanwhile, and leaves nothing', async () => {
    const key = await placed()
    beforeCopy.set(key, async () => {
      beforeCopy.delete(key)
      await writeFile(pathOf(key), Buffer.concat([picture, Buffer.from('more')]))
    })
    await expect(adopt(key)).rejects.toMatchObject({ code: 'storage_precondition_failed', retryable: true })
    expect((await application.rindle.scanOrphans({ graceSeconds: 0 })).matched).toBe(0)
    expect((await adopt(key)).isNew).toBe(true)
  })

  it('is refused for bytes that the profile does not take, for wrong checksums, and for nothing', async () => {
    const html = Buffer.from('<!doctype html><script>alert(1)</script>')
    await expect(adopt(await placed('photo.jpg', html))).rejects.toMatchObject({ code: 'upload_rejected' })
    const md5 = createHash('md5').update(picture).digest()
    const wrong = createHash('md5').update('other').digest('base64')
    await expect(adopt(await placed(), { checksumMd5: wrong })).rejects.toMatchObject({ code: 'checksum_mismatch' })
    await expect(adopt('Old Photos/none.jpg')).rejects.toMatchObject({ code: 'storage_object_missing' })
    await expect(adopt('../secret.jpg')).rejects.toMatchObject({ code: 'storage_key_invalid' })
    await expect(adopt(await placed(), { takeOwnership: true })).rejects.toMatchObject({ code: 'invalid_input' })
    const { asset } = await adopt(await placed(), { checksumMd5: md5.toString('base64') })
    expect(await settled(application.rindle, asset.id)).toMatchObject({ state: 'ready' })
    const sha256 = createHash('sha256').update('other').digest('hex')
    const late = await adopt(await placed(), { checksumSha256: sha256 })
    expect(await settled(application.rindle, late.asset.id)).toMatchObject({ errorReason: 'checksum_mismatch' })
  })

  it('does not replace a newer asset of a slot of one', async () => {
    const holder = owner()
    const { rindle } = application
    const newer = await rindle.upload('photo', picture, { filename: 'new.jpg', owner: holder, slot: 'cover' })
    const old = { createdAt: new Date('2020-01-01'), owner: holder, slot: 'cover' }
    const { asset } = await adopt(await placed(), old)
    expect((await rindle.attachmentFor(holder, 'cover'))?.assetId).toBe(newer.id)
    expect(await settled(rindle, asset.id)).toMatchObject({ state: 'ready' })
  })

  it('takes its place among others, and several places at once', async () => {
    const [album, other] = [owner(), owner()]
    const second = await adopt(await placed(), { owner: album, slot: 'gallery', position: 1 })
    const shared = { owner: album, slot: 'gallery', position: 0, attachments: [{ owner: other, slot: 'gallery' }] }
    const first = await adopt(await placed(), shared)
    const galleryOf = async (holder: ReturnType<typeof owner>) =>
      (await application.rindle.attachmentsFor([holder], ['gallery'])).map(({ assetId }) => assetId)
    expect(await galleryOf(album)).toEqual([first.asset.id, second.asset.id])
    expect(await galleryOf(other)).toEqual([first.asset.id])
  })
})

describe('a file from elsewhere', () => {
  it('streams in from a path, and is adopted once', async () => {
    const path = join(application.directory, 'loose.jpg')
    await writeFile(path, picture)
    const source = { storage: 'my disk', key: 'loose.jpg', path }
    const md5 = createHash('md5').update(picture).digest('hex')
    const { asset } = await application.rindle.adopt('photo', source, { checksumMd5: md5 })
    expect(await settled(application.rindle, asset.id)).toMatchObject({ state: 'ready', filename: 'loose.jpg' })
    expect(await application.rindle.adopt('photo', source)).toMatchObject({ isNew: false, asset: { id: asset.id } })
    const wrong = { ...source, key: 'again.jpg' }
    await expect(
      application.rindle.adopt('photo', wrong, { checksumMd5: md5.replace(/^./, (c) => (c === '0' ? '1' : '0')) }),
    ).rejects.toMatchObject({ code: 'checksum_mismatch' })
    const missing = { ...source, key: 'none.jpg', path: join(application.directory, 'none.jpg') }
    await expect(application.rindle.adopt('photo', missing)).rejects.toMatchObject({ code: 'storage_object_missing' })
    await rm(path)
  })

  it('streams in from another storage, whose object may not change meanwhile', async () => {
    const archive = storageIn(join(application.directory, 'archive'))
    let isChanging = false
    const rindle = await application.another({
      storages: {
        main: application.storage,
        archive: faultyStorage(archive, {
          onCall: async (point, [key = '']) => {
            if (point !== 'head:before' || !isChanging) return
            await utimes(join(application.directory, 'archive', 'storage', key), 1, 1)
          },
        }),
      },
    })
    const key = 'A/b c.jpg'
    await mkdir(join(application.directory, 'archive', 'storage', 'A'), { recursive: true })
    await writeFile(join(application.directory, 'archive', 'storage', key), picture)
    isChanging = true
    await expect(rindle.adopt('photo', { storage: 'archive', key })).rejects.toMatchObject({
      code: 'storage_precondition_failed',
    })
    isChanging = false
    const { asset } = await rindle.adopt('photo', { storage: 'archive', key })
    expect(asset).toMatchObject({ storage: 'main', filename: 'b c.jpg' })
    await settled(application.rindle, asset.id)
  })
})

describe('an object that is adopted in place', () => {
  const inPlace = async (options = {}): Promise<{ readonly key: string; readonly asset: AssetWithVariants }> => {
    const key = await placed()
    const { asset } = await adopt(key, { mode: 'in_place', ...options })
    return { key, asset: await settled(application.rindle, asset.id) }
  }

  it('is refused when it was replaced before its promotion', async () => {
    const other = await startApplication({ profiles })
    try {
      const path = join(other.directory, 'storage', 'replaced.jpg')
      await writeFile(path, picture)
      const source = { storage: 'main', key: 'replaced.jpg' }
      const { asset } = await other.rindle.adopt('photo', source, { mode: 'in_place' })
      await writeFile(path, await quadrants(30, 30))
      await other.work()
      expect(await settled(other.rindle, asset.id)).toMatchObject({ errorReason: 'changed_after_verification' })
    } finally {
      await other[Symbol.asyncDispose]()
    }
  })

  it('is delivered and varied, and a purge leaves it where it is', async () => {
    const { rindle } = application
    const { key, asset } = await inPlace()
    expect(asset).toMatchObject({ state: 'ready', storageKey: key, inPlace: true })
    const url = await rindle.url(rindle.narrow(asset, 'photo'))
    const answer = await rindle.serveFile(new Request(url))
    expect(Buffer.from(await answer.arrayBuffer()).equals(picture)).toBe(true)
    expect(await objectsOf(asset)).toHaveLength(1)
    await rindle.purgeAsset(asset.id, { live: true })
    await gone(asset.id)
    expect(await objectsOf(asset)).toEqual([])
    expect((await readFile(pathOf(key))).equals(picture)).toBe(true)
    expect((await rindle.scanOrphans({ graceSeconds: 0 })).matched).toBe(0)
  })

  it('is deleted by a purge if Rindle owns it', async () => {
    const { key, asset } = await inPlace({ takeOwnership: true })
    expect(asset).toMatchObject({ inPlace: false, storageKey: key })
    await application.rindle.purgeAsset(asset.id, { live: true })
    await gone(asset.id)
    await expect(stat(pathOf(key))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('cannot be an object of Rindle, or the original of another asset', async () => {
    const { asset } = await adopt(await placed())
    const { storageKey } = await settled(application.rindle, asset.id)
    await expect(adopt(storageKey, { mode: 'in_place' })).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
