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
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
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

// One for all tests: to start its processes takes longer than to make their pictures. It has one slot.
const real = imageProcessor({ concurrency: 1 })
const shared: Processor = { ...real, start: async () => {}, stop: async () => {} }

let application: Application<Profiles>
let picture: Buffer

beforeAll(async () => {
  application = await startApplication({ profiles })
  picture = await quadrants(160, 80)
})
afterAll(async () => {
  await application[Symbol.asyncDispose]()
  await real.stop()
})
beforeEach(async () => {
  await application.rindle.prisma.$executeRaw`truncate rindle.media_assets, pgboss.job cascade`
})

/** An asset of that profile, made by this processor. */
async function ready(profile: keyof Profiles, processor: Processor, logger: Logger = silentLogger) {
  const rindle = await deploy(application, profiles, { processors: [processor], logger })
  const workers = await rindle.work()
  const { id } = await rindle.upload(profile, picture, { filename: 'a.jpg' })
  const asset = await settled(rindle, id)
  await workers.stop()
  return asset
}

/** An image processor that counts how often it is asked for a ThumbHash, and of which pictures. */
function counting(change: { readonly thumbHash?: Processor['thumbHash'] | undefined } = {}): {
  readonly processor: Processor
  readonly asked: string[]
} {
  const asked: string[] = []
  const thumbHash: Processor['thumbHash'] = async (source, options) => {
    const { width, height } = await sharp(source.path).metadata()
    asked.push(`${source.contentType} ${width} × ${height}`)
    return (await real.thumbHash?.(source, options)) ?? ''
  }
  return { processor: { ...shared, thumbHash, ...change } as Processor, asked }
}

function expectQuadrants(thumbHash: string | null): void {
  const { w, h, rgba } = thumbHashToRGBA(Buffer.from(thumbHash ?? '', 'base64'))
  expect(w / h).toBeCloseTo(2, 0)
  const at = (x: number, y: number) => rgba.subarray((Math.floor(y * h) * w + Math.floor(x * w)) * 4)
  expect(at(0.2, 0.2)[0]).toBeGreaterThan(180)
  expect(at(0.8, 0.2)[1]).toBeGreaterThan(180)
  expect(at(0.2, 0.8)[2]).toBeGreaterThan(180)
}

describe('the placeholder of an asset', () => {
  it('is made once, of the smallest whole picture of the first job, and is there when the asset is ready', async () => {
    const { processor, asked } = counting()
    const asset = await ready('photo', processor)
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
    const asset = await ready('both', shared)
    expect(asset.state).toBe('ready')
    expectQuadrants(asset.thumbHash)
  })

  it('is heard of before the asset is ready', async () => {
    const { processor } = counting()
    const rindle = await deploy(application, profiles, { processors: [processor] })
    const workers = await rindle.work({ queues: ['rindle_promote'] })
    const { id } = await rindle.upload('photo', picture, { filename: 'a.jpg' })
    await expect.poll(async () => (await rindle.asset(id))?.state).toBe('processing')
    const seen: (string | null)[] = []
    const subscription = await rindle.subscribe({ assetId: id }, async (change) => {
      if (change.type === 'asset' && change.state === 'ready') seen.push((await rindle.asset(id))?.thumbHash ?? null)
    })
    const makers = await rindle.work({ queues: ['rindle_process'] })
    await expect.poll(() => seen).toEqual([expect.any(String)])
    await subscription.close()
    await makers.stop()
    await workers.stop()
  })

  it('is made of the original where the profile makes no picture of it', async () => {
    const { processor, asked } = counting()
    const asset = await ready('bare', processor)
    expect(asked).toEqual(['image/jpeg 160 × 80'])
    expectQuadrants(asset.thumbHash)
    expect(placeholderOf(asset, profiles.bare)).toMatchObject({ dataUrl: null })
  })

  it('is not made where the profile wants none', async () => {
    const { processor, asked } = counting()
    expect(await ready('none', processor)).toMatchObject({ state: 'ready', thumbHash: null })
    expect(asked).toEqual([])
  })

  it('is not made where no processor makes any', async () => {
    const { processor } = counting({ thumbHash: undefined })
    expect(await ready('photo', processor)).toMatchObject({ state: 'ready', thumbHash: null })
    expect(await ready('bare', shared)).toMatchObject({ thumbHash: expect.any(String) })
  })

  it.each(['photo', 'bare'] as const)(
    'fails nothing of a %s when it fails, and is made by a backfill',
    async (profile) => {
      const logged: unknown[] = []
      const logger: Logger = { ...silentLogger, warn: (...line) => void logged.push(line) }
      const { processor } = counting({ thumbHash: () => Promise.reject(new Error('No room.')) })
      const asset = await ready(profile, processor, logger)
      expect(asset).toMatchObject({ state: 'ready', thumbHash: null })
      expect(logged).toContainEqual([
        expect.objectContaining({ assetId: asset.id, error: 'No room.' }),
        expect.stringMatching(/^An asset has no placeholder/),
      ])

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
    const { processor } = counting({ thumbHash: async () => 'no base64 at all' })
    expect(await ready(profile, processor)).toMatchObject({ state: 'ready', thumbHash: null })
  })
})

describe('a backfill of placeholders', () => {
  it('is for assets that are older than the placeholder of their profile, of their smallest picture', async () => {
    const { id } = await ready('none', shared)
    const { processor, asked } = counting()
    const deployed = await deploy(application, { ...profiles, none: photoOf('thumbhash') }, { processors: [processor] })
    expect(await deployed.backfillMetadata({ profile: 'photo' })).toMatchObject({ scanned: 0 })
    expect(await deployed.backfillMetadata({ profile: 'none' })).toMatchObject({ scanned: 1, placeholders: 1 })
    expect(asked).toEqual(['image/webp 64 × 32'])
    expectQuadrants((await deployed.asset(id))?.thumbHash ?? null)
  })

  it('counts a picture that is gone as failed, and says which', async () => {
    const asset = await ready('none', shared)
    for (const { storageKey } of asset.variants) await application.storage.delete(storageKey ?? '')
    const logged: unknown[] = []
    const note = (...line: unknown[]): void => void logged.push(line)
    const deployed = await deploy(
      application,
      { ...profiles, none: photoOf('thumbhash') },
      { logger: { ...silentLogger, warn: note, error: note } },
    )
    expect(await deployed.backfillMetadata()).toMatchObject({ placeholders: 0, failed: 1 })
    expect(JSON.stringify(logged)).toContain('variant \\"small\\"')
  })
})

it('the hash of a picture with transparency is transparent', async () => {
  const half = { width: 40, height: 40, channels: 4 as const, background: '#d01010' }
  picture = await sharp({ create: { width: 80, height: 40, channels: 4, background: '#00000000' } })
    .composite([{ input: { create: half }, left: 0, top: 0 }])
    .png()
    .toBuffer()
  onTestFinished(async () => {
    picture = await quadrants(160, 80)
  })
  const { thumbHash } = await ready('photo', shared)
  expect(thumbHashToAverageRGBA(Buffer.from(thumbHash ?? '', 'base64')).a).toBeCloseTo(0.5, 1)
})
