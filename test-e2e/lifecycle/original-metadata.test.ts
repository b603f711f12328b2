import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { type AssetWithVariants, defineProfile, type MetadataPolicy, RindleError } from '@rindle/core'
import { heic } from '@rindle/decoder-heic'
import { avProcessor } from '@rindle/processor-av'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { faultyStorage } from '@rindle/testing'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'
import { quadrants } from '../support/pictures.ts'
import { HEIC_PHOTO } from './heic-photo.ts'

const run = promisify(execFile)

const photoOf = (metadata: MetadataPolicy) =>
  defineProfile({
    storage: 'main',
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    variants: { whole: image.fit(100, null, { format: 'png' }) },
    originals: { metadata },
  })
const filmOf = (metadata: MetadataPolicy) =>
  defineProfile({
    storage: 'main',
    accept: { types: ['video/mp4', 'video/quicktime'], maxBytes: 1_000_000 },
    originals: { metadata },
  })
const profiles = {
  photo_keep: photoOf('keep'),
  photo_strip_location: photoOf('strip_location'),
  photo_strip: photoOf('strip'),
  film_strip_location: filmOf('strip_location'),
  film_strip: filmOf('strip'),
}

const REMOVALS = ['strip_location', 'strip'] as const

/** Called with the key after each object that was stored. */
let onStored = (_key: string): void => {}
let application: Application<typeof profiles>
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rindle-originals-'))
  application = await startApplication({
    profiles,
    processors: [imageProcessor({ concurrency: 1, decoders: [heic()] }), avProcessor()],
    wrapStorage: (storage) =>
      faultyStorage(storage, {
        onCall: async (point, [key = '']) => {
          if (point === 'put:after') onStored(key)
        },
      }),
  })
  await application.work()
})
afterAll(async () => {
  await application[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

const byName = (one: string, other: string): number => (one < other ? -1 : 1)
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

async function upload(profile: keyof typeof profiles, bytes: Buffer, filename: string): Promise<AssetWithVariants> {
  const { id } = await application.rindle.upload(profile, bytes, { filename })
  return settled(application.rindle, id)
}

const stored = async (key: string | null | undefined): Promise<Buffer> => {
  const { body } = await application.storage.get(key ?? '')
  return buffer(body)
}

async function objectsOf({ profile, id }: AssetWithVariants): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of application.storage.list(`${profile}/${id}/original-`)) keys.push(key)
  return keys
}

/** A picture that lies on its side, with a place, a camera and a profile of its own. */
async function photo(): Promise<Buffer> {
  return sharp(await quadrants(60, 30))
    .withExif({
      IFD0: { Make: 'Kamera', Orientation: '6' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1', GPSLongitudeRef: 'E', GPSLongitude: '13/1 24/1 0/1' },
    })
    .withMetadata({ orientation: 6 })
    .withIccProfile('p3')
    .jpeg()
    .toBuffer()
}

it('a photo loses its metadata before anything decodes it, and the row says what is stored', async () => {
  const bytes = await photo()
  expect((await sharp(bytes).metadata()).exif?.includes('Kamera')).toBe(true)
  const kept = await upload('photo_keep', bytes, 'a.jpg')
  expect(kept).toMatchObject({ uploadedSha256: null, removedMetadata: 'keep', checksumSha256: sha256(bytes) })

  const asset = await upload('photo_strip', bytes, 'a.jpg')
  expect(asset).toMatchObject({
    state: 'ready',
    uploadedSha256: sha256(bytes),
    removedMetadata: 'strip',
    width: 30,
    height: 60,
  })
  const original = await stored(asset.storageKey)
  expect(asset).toMatchObject({ checksumSha256: sha256(original), byteSize: original.byteLength })
  const { exif, orientation, icc } = await sharp(original).metadata()
  expect(exif?.byteLength).toBeLessThan(40)
  expect(orientation).toBe(6)
  expect(icc).toEqual((await sharp(bytes).metadata()).icc)
  expect(await sharp(original).raw().toBuffer()).toEqual(await sharp(bytes).raw().toBuffer())
  expect(await stored(asset.variants[0]?.storageKey)).toEqual(await stored(kept.variants[0]?.storageKey))
  await expect.poll(() => objectsOf(asset)).toEqual([asset.storageKey])

  const { rindle } = application
  expect((await rindle.reprobe(asset.id)).changed).toEqual([])
  expect(await rindle.verifyStorage({ profile: 'photo_strip', checksum: true })).toMatchObject({
    originalsLost: 0,
    originalsDamaged: 0,
  })
  expect((await rindle.checkInvariants()).violations).toEqual([])
})

it('a photo without metadata is stored as it came', async () => {
  const bytes = await quadrants(20, 10)
  const asset = await upload('photo_strip', bytes, 'a.jpg')
  expect(asset).toMatchObject({
    checksumSha256: sha256(bytes),
    uploadedSha256: sha256(bytes),
    removedMetadata: 'strip',
  })
})

it('a promotion that ends between the rewritten object and its row is repeated, and leaves one original', async () => {
  const keys: string[] = []
  onStored = (key) => {
    if (!key.startsWith('photo_strip/') || !key.includes('/original-')) return
    keys.push(key)
    // The first is the upload.
    if (keys.length === 2) throw new RindleError('storage_unavailable', 'The process ends here.')
  }
  const { rindle } = application
  const bytes = await photo()
  const { id } = await rindle.upload('photo_strip', bytes, { filename: 'a.jpg' })
  await expect.poll(async () => (await rindle.asset(id))?.waitingSince).not.toBeNull()
  await makeDue(rindle)
  const asset = await settled(rindle, id)
  onStored = () => {}
  expect(asset).toMatchObject({ state: 'ready', uploadedSha256: sha256(bytes), storageKey: keys[2] })
  // The upload is deleted; the orphan scan finds the other one.
  await expect.poll(() => objectsOf(asset)).toEqual(keys.slice(1).toSorted(byName))
})

it('an object that is to stay in place is not adopted by a profile that removes metadata', async () => {
  const source = { storage: 'main', key: 'old/a.jpg' }
  await expect(application.rindle.adopt('photo_strip', source, { mode: 'in_place' })).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('Copy it'),
  })
})

it.each([
  ['a format without a lossless way', 'a.gif', 'metadata_not_removable'],
  ['a file that ends early', 'a.jpg', 'corrupt_media'],
])('%s is refused by name', async (_what, filename, reason) => {
  const whole = sharp(await quadrants(60, 30))
  const bytes = filename.endsWith('.gif')
    ? await whole.gif().toBuffer()
    : (await whole.jpeg().toBuffer()).subarray(0, -40)
  const asset = await upload('photo_strip_location', bytes, filename)
  expect(asset).toMatchObject({ state: 'quarantined', errorReason: reason })
  expect(asset.errorMessage).toMatch(reason === 'corrupt_media' ? /ends within the picture/ : /image\/gif/)
})

const missing = await (async () => {
  for (const [program, ...version] of [
    ['exiftool', '-ver'],
    ['ffmpeg', '-version'],
  ] as const) {
    try {
      await run(program, version)
    } catch {
      return program
    }
  }
  return null
})()
if (missing !== null) console.log(`skipped: what ExifTool finds in stripped originals; ${missing} is not installed.`)

const GPS = ['-GPSLatitude=52.5', '-GPSLatitudeRef=N', '-GPSLongitude=13.4', '-GPSLongitudeRef=E']
const PLACES = [...GPS, '-XMP:GPSLatitude=52.5', '-XMP:City=Berlin', '-XMP:Location=Mitte']
const GROUPS = ['Keys', 'UserData', 'ItemList']
const COORDINATES = GROUPS.map((group) => `-${group}:GPSCoordinates=52.5 13.4 0`)
const FILM_PLACES = [...COORDINATES, '-XMP:GPSLatitude=52.5', '-Keys:Make=Kamera']

/** The tags that ExifTool finds, each with its group, also in what is embedded. */
async function tagsOf(bytes: Buffer, filename: string): Promise<Readonly<Record<string, unknown>>> {
  const path = join(directory, filename)
  await writeFile(path, bytes)
  const { stdout } = await run('exiftool', ['-j', '-G1', '-a', '-ee', '-n', path])
  const [tags] = JSON.parse(stdout) as [Record<string, unknown>]
  return tags
}

function placesIn(tags: Readonly<Record<string, unknown>>): string[] {
  // How chroma lies between pixels is no place.
  return Object.keys(tags).filter(
    (tag) => /gps|location|city|country|latitude|longitude/i.test(tag) && !/Chroma/.test(tag),
  )
}

async function withPlaces(bytes: Buffer, filename: string, places: readonly string[]): Promise<Buffer> {
  const path = join(directory, `placed-${filename}`)
  await writeFile(path, bytes)
  await run('exiftool', ['-overwrite_original', '-n', ...places, path])
  return readFile(path)
}

async function film(filename: string): Promise<Buffer> {
  const path = join(directory, `film-${filename}`)
  const source = ['-f', 'lavfi', '-i', 'testsrc=s=64x48:d=0.4:r=10', '-f', 'lavfi', '-i', 'sine=d=0.4']
  await run('ffmpeg', ['-v', 'error', ...source, '-c:v', 'mpeg4', '-c:a', 'aac', '-metadata', 'title=A film', path])
  return readFile(path)
}

async function decoded(bytes: Buffer, filename: string): Promise<string> {
  const path = join(directory, `decoded-${filename}`)
  await writeFile(path, bytes)
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', path, '-map', '0', '-f', 'md5', '-'])
  return stdout
}

it.skipIf(missing !== null).each(['a.jpg', 'a.png', 'a.webp', 'a.heic'])(
  'ExifTool finds no place in a stripped %s, which looks as before',
  async (filename) => {
    const plain = sharp(await quadrants(60, 30)).withIccProfile('p3')
    const format = filename.slice(2).replace('jpg', 'jpeg') as 'jpeg' | 'png' | 'webp' | 'heic'
    const turned =
      format === 'heic' ? HEIC_PHOTO : await plain.withMetadata({ orientation: 6 }).toFormat(format).toBuffer()
    const bytes = await withPlaces(turned, filename, PLACES)
    const before = await tagsOf(bytes, filename)
    expect(placesIn(before).length).toBeGreaterThan(2)
    const kept = await upload('photo_keep', bytes, filename)
    for (const removal of REMOVALS) {
      const asset = await upload(`photo_${removal}`, bytes, filename)
      expect(asset).toMatchObject({ state: 'ready', width: kept.width, height: kept.height })
      const after = await tagsOf(await stored(asset.storageKey), filename)
      expect(placesIn(after)).toEqual([])
      expect(after['IFD0:Orientation']).toBe(before['IFD0:Orientation'])
      expect(after['ICC-header:ProfileCMMType']).toBe(before['ICC-header:ProfileCMMType'])
      expect(await stored(asset.variants[0]?.storageKey)).toEqual(await stored(kept.variants[0]?.storageKey))
    }
  },
)

it.skipIf(missing !== null).each(['a.mp4', 'a.mov'])(
  'ExifTool finds no place in a stripped %s, which plays as before',
  async (filename) => {
    const bytes = await withPlaces(await film(filename), filename, FILM_PLACES)
    expect(placesIn(await tagsOf(bytes, filename)).length).toBeGreaterThan(3)
    for (const removal of REMOVALS) {
      const asset = await upload(`film_${removal}`, bytes, filename)
      expect(asset.state).toBe('ready')
      const original = await stored(asset.storageKey)
      const after = await tagsOf(original, filename)
      expect(placesIn(after)).toEqual([])
      // The camera is no place.
      expect(JSON.stringify(after).includes('Kamera')).toBe(removal === 'strip_location')
      expect(await decoded(original, filename)).toBe(await decoded(bytes, filename))
    }
  },
)
