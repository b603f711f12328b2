import { defineProfile } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const profiles = {
  pictures: defineProfile({ storage: 'main', accept, variants: { thumb: image.fit(8) } }),
  originals: defineProfile({ storage: 'main', accept }),
}

let application: Application<typeof profiles>

beforeAll(async () => {
  application = await startApplication({ profiles })
  await application.work()
})
afterAll(async () => application[Symbol.asyncDispose]())

/** The head of a picture of Photoshop, of one pixel. */
function photoshop(): Buffer {
  const bytes = Buffer.alloc(41)
  bytes.write('8BPS')
  bytes.writeUInt16BE(1, 4)
  bytes.writeUInt16BE(3, 12)
  bytes.writeUInt32BE(1, 14)
  bytes.writeUInt32BE(1, 18)
  bytes.writeUInt16BE(8, 22)
  bytes.writeUInt16BE(3, 24)
  return bytes
}

/** An AVIF whose brand says that it is a sequence; npm's sharp reads none of those. */
async function avifSequence(): Promise<Buffer> {
  const still = await sharp(Buffer.alloc(3), { raw: { width: 1, height: 1, channels: 3 } })
    .avif()
    .toBuffer()
  return Buffer.from(still.toString('latin1').replaceAll('avif', 'avis'), 'latin1')
}

it.each([
  ['that no processor knows', 'a.psd', photoshop],
  ['that its processor cannot decode', 'a.avif', avifSequence],
])(
  'an image %s is quarantined where variants are to be made of it, and kept elsewhere',
  async (_what, filename, make) => {
    const { rindle } = application
    const bytes = await make()
    const wanted = await rindle.upload('pictures', bytes, { filename })
    expect(await settled(rindle, wanted.id)).toMatchObject({
      state: 'quarantined',
      errorReason: 'unsupported_codec',
      variants: [],
    })
    const kept = await rindle.upload('originals', bytes, { filename })
    expect(await settled(rindle, kept.id)).toMatchObject({
      state: 'ready',
      kind: 'image',
      width: null,
      errorReason: null,
    })
  },
)
