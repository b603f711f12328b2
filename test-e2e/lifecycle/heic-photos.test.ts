import { readFile } from 'node:fs/promises'
import { defineProfile } from '@rindle/core'
import { heic } from '@rindle/decoder-heic'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { settled, startApplication } from '../support/application.ts'

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/heic'], maxBytes: 1_000_000 },
    variants: { thumb: image.fit(32, null, { format: 'webp' }) },
  }),
}

// 64 × 64, all of (234, 51, 34): drawn by sharp and coded by heif-enc.
const PHOTO = Buffer.from(
  'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFmAAEAAAAAAAAAHgAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGh2YzEAAAAAwmlwcnAAAACkaXBjbwAAAHhodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQAAAABRpc3BlAAAAAAAAAEAAAABAAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAoMAAAAmbWRhdAAAABooAa8J4CE5dV//+l////PKXIfvncHQcw9fgA==',
  'base64',
)

async function outcomeWith(decoders: Parameters<typeof imageProcessor>[0]) {
  const application = await startApplication({ profiles, processors: [imageProcessor(decoders)] })
  try {
    const report = await application.rindle.doctor({ offline: true })
    const { id } = await application.rindle.upload('photo', PHOTO, { filename: 'IMG_0001.HEIC' })
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
