import {
  defineProfile,
  type Logger,
  type PlaceholderMode,
  type Processor,
  placeholderOf,
  silentLogger,
} from '@rindle/core'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import sharp from 'sharp'
import { thumbHashToAverageRGBA, thumbHashToRGBA } from 'thumbhash'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deploy } from '../operations/deployment.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const variants = {
  // Smaller than the others, and of its middle alone.
  thumb: image.crop(8, 8, { format: 'webp' }),
  small: image.fit(64, null, { format: 'webp' }),
  large: image.fit(120, null, { format: 'png' }),
}
// Of another class of work, whose job comes beside that of the others.
const modern = image.fit(96, null, { format: 'avif' })
const photoOf = (placeholder: PlaceholderMode) => defineProfile({ storage: 'main', accept, variants, placeholder })
const profiles = {
  photo: photoOf('thumbhash'),
  bare: defineProfile({ storage: 'main', accept, placeholder: 'colour' }),
  none: photoOf('none'),
  both: defineProfile({ storage: 'main', accept, variants: { ...variants, modern }, placeholder: 'thumbhash' }),
}
type Profiles = typeof profiles

const real = imageProcessor({ concurrency: 1 })
let thumbHash: Processor['thumbHash']
/** The pictures of which a ThumbHash was wanted. */
const asked: string[] = []
/** Lines of the log about something wrong. */
const logged: unknown[] = []

/** Has one slot, and a `thumbHash` that tests change. */
const processor: Processor = {
  ...real,
  get thumbHash() {
    return thumbHash as NonNullable<Processor['thumbHash']>
  },
}
const note = (...line: unknown[]): void => void logged.push(line)
const logger: Logger = { ...silentLogger, warn: note, error: note }

let application: Application<Profiles>
let picture: Buffer

beforeAll(async () => {
  application = await startApplication({ profiles, processors: [processor], logger })
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  await application.rindle.prisma.$executeRaw`truncate rindle.media_assets, pgboss.job cascade`
  picture = await quadrants(160, 80)
  asked.length = 0
  logged.length = 0
  thumbHash = async (source, options) => {
    const { width, height } = await sharp(source.path).metadata()
    asked.push(`${source.contentType} ${width} × ${height}`)
    return (await real.thumbHash?.(source, options)) ?? ''
  }
})

/** An asset of that profile, when its work has ended. */
async function ready(profile: keyof Profiles) {
  const workers = await application.work()
  const { id } = await application.rindle.upload(profile, picture, { filename: 'a.jpg' })
  const asset = await settled(application.rindle, id)
  await workers.stop()
  return asset
}

function expectQuadrants(hash: string | null): void {
  const { w, h, rgba } = thumbHashToRGBA(Buffer.from(hash ?? '', 'base64'))
  expect(w / h).toBeCloseTo(2, 0)
  const at = (x: number, y: number) => rgba.subarray((Math.floor(y * h) * w + Math.floor(x * w)) * 4)
  expect(at(0.2, 0.2)[0]).toBeGreaterThan(180)
  expect(at(0.8, 0.2)[1]).toBeGreaterThan(180)
  expect(at(0.2, 0.8)[2]).toBeGreaterThan(180)
}

describe('the placeholder of an asset', () => {
  it('is made once, of the smallest whole picture of the first job, and is there when the asset is ready', async () => {
    const asset = await ready('photo')
    expect(asset.state).toBe('ready')
    // On one slot, which the work itself has given back.
    expect(asked).toEqual(['image/webp 64 × 32'])
    expectQuadrants(asset.thumbHash)
    expect(placeholderOf(asset, profiles.photo)).toEqual({
      dataUrl: expect.stringMatching(/^data:image\/png;base64,/),
      colour: expect.stringMatching(/^#[0-9a-f]{6}$/),
    })
    expect((await application.rindle.checkInvariants()).violations).toEqual([])
  })

  it('is made by one of two jobs, whichever ends first', async () => {
    const asset = await ready('both')
    expect(asset.state).toBe('ready')
    expectQuadrants(asset.thumbHash)
  })

  it('is heard of before the asset is ready', async () => {
    const { rindle } = application
    const promoting = await rindle.work({ queues: ['rindle_promote'] })
    const { id } = await rindle.upload('photo', picture, { filename: 'a.jpg' })
    await expect.poll(async () => (await rindle.asset(id))?.state).toBe('processing')
    const seen: (string | null)[] = []
    const subscription = await rindle.subscribe({ assetId: id }, async (change) => {
      if (change.type === 'asset' && change.state === 'ready') seen.push((await rindle.asset(id))?.thumbHash ?? null)
    })
    const making = await rindle.work({ queues: ['rindle_process'] })
    await expect.poll(() => seen, { timeout: 20_000 }).toEqual([expect.any(String)])
    await subscription.close()
    for (const workers of [promoting, making]) await workers.stop()
  })

  it('is made of the original where the profile makes no picture of it', async () => {
    const asset = await ready('bare')
    expect(asked).toEqual(['image/jpeg 160 × 80'])
    expectQuadrants(asset.thumbHash)
    expect(placeholderOf(asset, profiles.bare)).toMatchObject({ dataUrl: null })
  })

  it('is as transparent as the picture', async () => {
    const half = { width: 40, height: 40, channels: 4 as const, background: '#d01010' }
    picture = await sharp({ create: { width: 80, height: 40, channels: 4, background: '#00000000' } })
      .composite([{ input: { create: half }, left: 0, top: 0 }])
      .png()
      .toBuffer()
    const asset = await ready('photo')
    expect(thumbHashToAverageRGBA(Buffer.from(asset.thumbHash ?? '', 'base64')).a).toBeCloseTo(0.5, 1)
  })

  it('is not made where the profile wants none', async () => {
    expect(await ready('none')).toMatchObject({ state: 'ready', thumbHash: null })
    expect(asked).toEqual([])
  })

  it('is not made where no processor makes any', async () => {
    thumbHash = undefined
    expect(await ready('photo')).toMatchObject({ state: 'ready', thumbHash: null })
    expect(await ready('bare')).toMatchObject({ state: 'ready', thumbHash: null })
    expect(logged).toEqual([])
  })

  it.each(['photo', 'bare'] as const)(
    'fails nothing of a %s when it fails, and is made by a backfill',
    async (profile) => {
      const working = thumbHash
      thumbHash = () => Promise.reject(new Error('No room.'))
      const asset = await ready(profile)
      expect(asset).toMatchObject({ state: 'ready', thumbHash: null })
      expect(logged).toContainEqual([
        expect.objectContaining({ assetId: asset.id, error: 'No room.' }),
        expect.stringMatching(/^An asset has no placeholder/),
      ])

      thumbHash = working
      const { rindle } = application
      const report = { scanned: 1, updated: 0, placeholders: 1, failed: 0 }
      expect(await rindle.backfillMetadata({ dryRun: true })).toMatchObject(report)
      expect((await rindle.asset(asset.id))?.thumbHash).toBeNull()
      expect(await rindle.backfillMetadata()).toMatchObject(report)
      expectQuadrants((await rindle.asset(asset.id))?.thumbHash ?? null)
      expect(await rindle.backfillMetadata()).toMatchObject({ scanned: 0, placeholders: 0 })
    },
  )

  it.each(['photo', 'bare'] as const)('is not stored for a %s if it is no ThumbHash', async (profile) => {
    thumbHash = async () => 'no base64 at all'
    expect(await ready(profile)).toMatchObject({ state: 'ready', thumbHash: null })
    expect(logged).toHaveLength(1)
  })
})

describe('a backfill of placeholders', () => {
  const wanted = { ...profiles, none: photoOf('thumbhash') }
  const deployed = () => deploy(application, wanted, { processors: [processor], logger })

  it('is for assets that are older than the placeholder of their profile, of their smallest picture', async () => {
    const { id } = await ready('none')
    const rindle = await deployed()
    expect(await rindle.backfillMetadata({ profile: 'photo' })).toMatchObject({ scanned: 0 })
    expect(await rindle.backfillMetadata({ profile: 'none' })).toMatchObject({ scanned: 1, placeholders: 1 })
    expect(asked).toEqual(['image/webp 64 × 32'])
    expectQuadrants((await rindle.asset(id))?.thumbHash ?? null)
  })

  it('counts a picture that is gone as failed, and says which', async () => {
    const asset = await ready('none')
    for (const { storageKey } of asset.variants) await application.storage.delete(storageKey ?? '')
    const rindle = await deployed()
    expect(await rindle.backfillMetadata()).toMatchObject({ placeholders: 0, failed: 1 })
    expect(JSON.stringify(logged)).toContain('variant \\"small\\"')
  })
})
