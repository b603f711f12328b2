import { readFile } from 'node:fs/promises'
import { defineProfile } from '@rindle/core'
import { heic } from '@rindle/decoder-heic'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { settled, startApplication } from '../support/application.ts'
import { HEIC_PHOTO } from './heic-photo.ts'

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/heic'], maxBytes: 1_000_000 },
    variants: { thumb: image.fit(32, null, { format: 'webp' }) },
  }),
}

async function outcomeWith(decoders: Parameters<typeof imageProcessor>[0]) {
  const application = await startApplication({ profiles, processors: [imageProcessor(decoders)] })
  try {
    const report = await application.rindle.doctor({ offline: true })
    const { id } = await application.rindle.upload('photo', HEIC_PHOTO, { filename: 'IMG_0001.HEIC' })
    await application.work()
    const asset = await settled(application.rindle, id)
    const key = asset.variants[0]?.storageKey ?? null
    const shown = key === null ? undefined : await readFile(application.storage.localPath(key) ?? '')
    return { asset, report, shown }
  } finally {
    await application[Symbol.asyncDispose]()
  }
}

test('a HEIC photo is ready, with its variants, where the decoder is', async () => {
  const { asset, report, shown } = await outcomeWith({ decoders: [heic()] })
  expect(asset).toMatchObject({ state: 'ready', contentType: 'image/heic', width: 64, height: 64 })
  const { dominant } = await sharp(shown).stats()
  expect(dominant.r).toBeGreaterThan(220)
  expect(dominant.g).toBeLessThan(70)
  expect(report.checks).toContainEqual(expect.objectContaining({ id: 'decoder.heic', status: 'ok' }))
})

test('a HEIC photo is refused without the decoder, and the doctor has named the package', async () => {
  const { asset, report } = await outcomeWith({})
  expect(asset).toMatchObject({ state: 'quarantined' })
  expect(report.checks).toContainEqual(
    expect.objectContaining({
      id: 'decoder.missing',
      status: 'warn',
      fix: expect.stringContaining('@rindle/decoder-heic'),
    }),
  )
})
