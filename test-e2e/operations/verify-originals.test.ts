import { readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AssetWithVariants, defineProfile } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    variants: { thumb: image.crop(8, 8) },
  }),
}
const nothing = {
  errors: 0,
  originalsLost: 0,
  originalsDamaged: 0,
  originalsHealed: 0,
  lostOriginals: [],
  damagedOriginals: [],
  stopped: [],
}

let application: Application<typeof profiles>

beforeAll(async () => {
  application = await startApplication({ profiles })
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  // Each test looks at its own assets alone.
  await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_assets, pgboss.job cascade')
})

/** An asset whose original is in the storage, without the work of an upload. */
async function readyPhoto(): Promise<AssetWithVariants> {
  const { rindle } = application
  const { id } = await rindle.upload('photo', await quadrants(40, 30), { filename: 'a.jpg' })
  await rindle.prisma.mediaAsset.update({
    where: { id },
    data: { state: 'ready', kind: 'image', width: 40, height: 30 },
  })
  return current(id)
}

async function current(assetId: string): Promise<AssetWithVariants> {
  const asset = await application.rindle.asset(assetId)
  if (asset === null) throw new Error(`Asset ${assetId} is gone.`)
  return asset
}

const pathOf = ({ storageKey }: { readonly storageKey: string }): string =>
  join(application.directory, 'storage', storageKey)

describe('an original that is gone', () => {
  it('is reported as data loss and noted on its asset, until it is found again', async () => {
    const [sound, lost] = [await readyPhoto(), await readyPhoto()]
    const { rindle } = application
    await rename(pathOf(lost), `${pathOf(lost)}.away`)
    const report = { ...nothing, originalsChecked: 2 }
    const found = { ...report, originalsLost: 1, lostOriginals: [lost.id] }
    expect(await rindle.verifyStorage()).toMatchObject(found)
    const noted = await current(lost.id)
    expect(noted).toMatchObject({
      state: 'ready',
      errorReason: 'original_missing',
      errorMessage: 'The original is gone from its storage.',
      originalDamagedAt: expect.any(Date),
    })
    expect(await rindle.verifyStorage()).toMatchObject(found)
    expect(await current(lost.id)).toMatchObject({ originalDamagedAt: noted.originalDamagedAt })
    expect(await current(sound.id)).toMatchObject({ originalDamagedAt: null })

    await rename(`${pathOf(lost)}.away`, pathOf(lost))
    expect(await rindle.verifyStorage()).toMatchObject({ ...report, originalsHealed: 1 })
    expect(await current(lost.id)).toMatchObject({
      state: 'ready',
      errorReason: null,
      errorMessage: null,
      originalDamagedAt: null,
    })
    expect(await rindle.verifyStorage()).toMatchObject(report)
  })

  it('is not looked for when only variants of one name are asked for', async () => {
    const photo = await readyPhoto()
    await rm(pathOf(photo))
    expect(await application.rindle.verifyStorage({ variant: 'thumb' })).toMatchObject({
      ...nothing,
      originalsChecked: 0,
    })
    expect(await current(photo.id)).toMatchObject({ originalDamagedAt: null })
  })
})

describe('an original that differs from the stored one', () => {
  const report = { ...nothing, originalsChecked: 1 }

  it('is damaged when it has lost some of its bytes', async () => {
    const photo = await readyPhoto()
    const { id } = photo
    await truncate(pathOf(photo), 10)
    expect(await application.rindle.verifyStorage()).toMatchObject({
      ...report,
      originalsDamaged: 1,
      damagedOriginals: [id],
    })
    expect(await current(id)).toMatchObject({
      state: 'ready',
      errorReason: 'original_damaged',
      errorMessage: `The stored original has 10 bytes, not ${photo.byteSize}.`,
      originalDamagedAt: expect.any(Date),
    })
  })

  it('is found by its bytes when they are asked for, and is whole only when they are', async () => {
    const photo = await readyPhoto()
    const { id } = photo
    const path = pathOf(photo)
    const bytes = await readFile(path)
    await writeFile(path, Buffer.from(bytes).fill(0, 100, 200))
    const { rindle } = application
    expect(await rindle.verifyStorage()).toMatchObject(report)
    const damaged = { ...report, originalsDamaged: 1, damagedOriginals: [id] }
    expect(await rindle.verifyStorage({ checksum: true })).toMatchObject(damaged)
    expect(await current(id)).toMatchObject({ errorReason: 'original_damaged', originalDamagedAt: expect.any(Date) })
    // The right size says nothing about an original that was damaged.
    expect(await rindle.verifyStorage()).toMatchObject(damaged)

    await writeFile(path, bytes)
    expect(await rindle.verifyStorage()).toMatchObject({ ...report, originalsHealed: 1 })
    expect(await current(id)).toMatchObject({ errorReason: null, originalDamagedAt: null })
    expect(await rindle.verifyStorage({ checksum: true })).toMatchObject(report)
  })
})
