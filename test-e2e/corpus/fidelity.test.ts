import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApplication } from '../support/application.ts'
import { meanColour, meanDifference, type Pixels, pixelsOf, turned } from '../support/pixels.ts'
import { DISPLAY_P3, PROPHOTO, type RgbSpace, toSrgb } from '../support/rgb-spaces.ts'
import {
  type CorpusApplication,
  corpus,
  corpusFile,
  corpusFiles,
  corpusProfiles,
  objectOf,
  outcomeOf,
  problemsOf,
} from './corpus-lane.ts'

describe.skipIf(corpus === '')('what variants show', { timeout: 120_000 }, () => {
  let application: CorpusApplication

  beforeAll(async () => {
    application = await startApplication({ profiles: corpusProfiles })
    await application.work()
  })
  afterAll(async () => application[Symbol.asyncDispose]())

  type VariantName = keyof typeof corpusProfiles.picture.variants

  async function variantsOf(file: string): Promise<(name: VariantName) => Promise<Buffer>> {
    const { asset, summary } = await outcomeOf(application, corpusFile(file))
    expect(summary).toMatch(/^ready/)
    return (wanted) =>
      objectOf(
        application,
        asset?.variants.find(({ name }) => name === wanted),
      )
  }

  async function shown(file: string, name: VariantName): Promise<Pixels> {
    const variant = await variantsOf(file)
    return pixelsOf(await variant(name))
  }

  it('one landscape is upright in all eight orientations of EXIF', async () => {
    const names = ['medium', 'jpeg', 'png', 'modern', 'thumb'] as const
    const upright = await variantsOf('public/jpg-exif-orient-1.jpg')
    for (const orientation of [2, 3, 4, 5, 6, 7, 8]) {
      const variant = await variantsOf(`public/jpg-exif-orient-${orientation}.jpg`)
      for (const name of names) {
        const expected = await pixelsOf(await upright(name))
        const actual = await pixelsOf(await variant(name))
        // A number is written on each picture; its other sides would differ by more than 40.
        const difference = meanDifference(expected, actual)
        expect({ orientation, name, difference: difference < 15 ? 'small' : difference }).toEqual({
          orientation,
          name,
          difference: 'small',
        })
      }
    }
    const sideways = await turned(await pixelsOf(await upright('thumb')), 1)
    expect(meanDifference(await pixelsOf(await upright('thumb')), sideways)).toBeGreaterThan(40)
  })

  it.each(['jpg-exif-portrait-6.jpg', 'webp-exif-orient-6.webp'])('%s is turned to the right', async (file) => {
    const actual = await shown(`public/${file}`, 'medium')
    const whole = await turned(await pixelsOf(corpusFile('public', file)), 1)
    const raw = { width: whole.width, height: whole.height, channels: 3 as const }
    const expected = await pixelsOf(await sharp(whole.data, { raw }).png().toBuffer(), actual)
    expect(meanDifference(expected, actual)).toBeLessThan(5)
    expect(meanDifference(await turned(expected, 2), actual)).toBeGreaterThan(25)
  })

  it('an AVIF of high dynamic range is toned down, and not washed out', async () => {
    for (const name of ['medium', 'jpeg', 'png', 'modern'] as const) {
      const picture = await shown('public/avif-hdr-p3.avif', name)
      const [red, green, blue] = meanColour(picture, { left: 0, right: 0.1, top: 0, bottom: 0.3 })
      expect([red > 240, green < 40, blue < 40]).toEqual([true, true, true])
      expect(Math.min(...meanColour(picture, { left: 0, right: 1, top: 0.9, bottom: 1 }))).toBeGreaterThan(225)
    }
  })

  it('an AVIF that is turned and mirrored by its container is upright', async () => {
    const picture = await shown('public/avif-irot90.avif', 'medium')
    const middle = { left: 0.25, right: 0.75 }
    const [, , skyBlue] = meanColour(picture, { ...middle, top: 0, bottom: 0.2 })
    const [, grassGreen, grassBlue] = meanColour(picture, { ...middle, top: 0.8, bottom: 1 })
    expect(skyBlue).toBeGreaterThan(180)
    expect(grassGreen).toBeGreaterThan(grassBlue + 20)
    // Ripe grain on the right, grass on the left.
    const [grain] = meanColour(picture, { left: 0.85, right: 1, top: 0.32, bottom: 0.42 })
    const [grass] = meanColour(picture, { left: 0, right: 0.15, top: 0.32, bottom: 0.42 })
    expect(grain).toBeGreaterThan(grass + 20)
  })

  it.each<[string, RgbSpace]>([
    ['png-display-p3.png', DISPLAY_P3],
    ['png-prophoto.png', PROPHOTO],
  ])('the colours of %s are converted to sRGB', async (file, space) => {
    const stored = await sharp(corpusFile('public', file), { ignoreIcc: true }).removeAlpha().raw().toBuffer()
    const expected = toSrgb(stored, space)
    const actual = await shown(`public/${file}`, 'png')
    expect(actual.data.length).toBe(expected.length)
    const differences = [...actual.data].map((value, index) => Math.abs(value - (expected[index] ?? 0)))
    expect(Math.max(...differences)).toBeLessThanOrEqual(3)
    // The conversion does something at all.
    expect(Buffer.compare(Buffer.from(stored), actual.data)).not.toBe(0)
  })

  it('an HDR AVIF keeps its hues', async () => {
    // libvips reads PQ values as sRGB, so the picture comes out dull; red, green and grey stay what they are.
    const picture = await shown('public/avif-hdr-p3.avif', 'png')
    const [red, redGreen, redBlue] = meanColour(picture, { left: 0, right: 0.1, top: 0, bottom: 0.4 })
    const [greenRed, green, greenBlue] = meanColour(picture, { left: 0.9, right: 1, top: 0, bottom: 0.4 })
    const grey = meanColour(picture, { left: 0, right: 1, top: 0.8, bottom: 1 })
    expect(red - Math.max(redGreen, redBlue)).toBeGreaterThan(60)
    expect(green - Math.max(greenRed, greenBlue)).toBeGreaterThan(30)
    expect(Math.max(...grey) - Math.min(...grey)).toBeLessThan(8)
  })

  it('photos of a phone become ready, upright, without a trace of where they were taken', async () => {
    const files = await corpusFiles('photos')
    expect(files.length).toBe(6)
    let withPosition = 0
    for (const file of files) {
      const path = corpusFile('photos', file)
      const source = await sharp(path).metadata()
      // GPSInfo, the tag of EXIF that leads to the position.
      if (source.exif?.includes(Buffer.from([0x88, 0x25])) === true) withPosition += 1
      const isPortrait = (source.orientation ?? 1) >= 5
      const { asset, summary } = await outcomeOf(application, path)
      expect([file, summary]).toEqual([file, isPortrait ? 'ready 3024 × 4032' : 'ready 4032 × 3024'])
      const sizes = Object.fromEntries(
        (asset?.variants ?? []).map(({ name, width, height }) => [name, [width, height]]),
      )
      expect(sizes).toMatchObject(
        isPortrait
          ? { large: [1536, 2048], medium: [360, 480], thumb: [160, 160], jpeg: [240, 320] }
          : { large: [2048, 1536], medium: [480, 360], thumb: [160, 160], jpeg: [320, 240] },
      )
      for (const variant of asset?.variants ?? []) expect(await problemsOf(application, variant)).toEqual([])
      expect(JSON.stringify(asset?.metadata)).not.toMatch(/gps|latitude|longitude/i)
    }
    expect(withPosition).toBeGreaterThan(0)
  })
})
