import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRindleError } from '@rindle/core'
import type { FilePiece, MetadataRemoval } from '@rindle/core/adapter'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exifWithoutPlaces, orientationExif, orientationOf } from '../src/metadata/exif.ts'
import { itemPlaces } from '../src/metadata/heif-items.ts'
import { imageMetadataRemover } from '../src/metadata/metadata-remover.ts'

const REMOVALS: readonly MetadataRemoval[] = ['strip_location', 'strip']
const NEVER = new AbortController().signal
/** Stands where a place would. */
const SECRET = 'Hinterhof 7'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rindle-metadata-'))
})
afterAll(async () => rm(directory, { recursive: true, force: true }))

function assembled(source: Buffer, pieces: readonly FilePiece[]): Buffer {
  return Buffer.concat(
    pieces.map((piece) => {
      if ('start' in piece) return source.subarray(piece.start, piece.end)
      return 'count' in piece ? Buffer.alloc(piece.count, piece.byte) : piece
    }),
  )
}

async function without(bytes: Buffer, contentType: string, removal: MetadataRemoval): Promise<Buffer> {
  const path = join(directory, 'source')
  await writeFile(path, bytes)
  const source = { path, contentType, byteSize: bytes.byteLength }
  return assembled(bytes, await imageMetadataRemover.remove(source, { removal, signal: NEVER }))
}

const pixels = (bytes: Buffer): Promise<Buffer> => sharp(bytes, { animated: true }).autoOrient().raw().toBuffer()

const plain = () =>
  sharp({ create: { width: 32, height: 16, channels: 3, background: '#00aa44' } })
    .withExif({
      IFD0: { Copyright: 'Kamera', Orientation: '6' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1', GPSAreaInformation: SECRET },
    })
    .withMetadata({ orientation: 6 })
    .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/">${SECRET}</x:xmpmeta>`)

const jpegSegment = (marker: number, text: string): Buffer => {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(2 + text.length, 2)
  return Buffer.concat([head, Buffer.from(text, 'latin1')])
}

const chunk = (type: string, text: string): Buffer => {
  const bytes = Buffer.alloc(12 + text.length)
  bytes.writeUInt32BE(text.length, 0)
  bytes.write(type + text, 4, 'latin1')
  return bytes
}

/** Files that have the secret wherever their format lets it be. */
const FORMATS: readonly (readonly [string, string, () => Promise<Buffer>])[] = [
  [
    'a JPEG',
    'image/jpeg',
    async () => {
      const bytes = await plain().withIccProfile('p3').jpeg().toBuffer()
      const [comment, vendor] = [jpegSegment(0xfe, SECRET), jpegSegment(0xe5, SECRET)]
      return Buffer.concat([bytes.subarray(0, 2), comment, vendor, bytes.subarray(2), Buffer.from(SECRET)])
    },
  ],
  [
    'a progressive JPEG',
    'image/jpeg',
    async () => {
      const bytes = await plain().jpeg({ progressive: true }).toBuffer()
      const secondScan = bytes.indexOf(Buffer.from([0xff, 0xda]), bytes.indexOf(Buffer.from([0xff, 0xda])) + 2)
      const between = jpegSegment(0xe1, SECRET)
      return Buffer.concat([bytes.subarray(0, secondScan), between, bytes.subarray(secondScan)])
    },
  ],
  [
    'a PNG',
    'image/png',
    async () => {
      const bytes = await plain().withIccProfile('p3').png().toBuffer()
      const [first, last] = [33, bytes.length - 12]
      const parts = [bytes.subarray(0, first), chunk('tEXt', `Place\0${SECRET}`), chunk('prVt', SECRET)]
      return Buffer.concat([...parts, bytes.subarray(first, last), bytes.subarray(last), Buffer.from(SECRET)])
    },
  ],
  ['a WebP', 'image/webp', async () => Buffer.concat([await plain().webp().toBuffer(), Buffer.from(SECRET)])],
  ['an AVIF', 'image/avif', () => plain().avif({ effort: 0 }).toBuffer()],
]

describe.each(FORMATS)('%s', (_what, contentType, make) => {
  it.each(REMOVALS)('has no place after %s, the same pixels, profile and orientation', async (removal) => {
    const bytes = await make()
    const after = await without(bytes, contentType, removal)
    expect(bytes.includes(SECRET)).toBe(true)
    expect(after.includes(SECRET)).toBe(false)
    expect(after.includes('Kamera')).toBe(removal === 'strip_location')
    expect(await pixels(after)).toEqual(await pixels(bytes))
    const [was, is] = [await sharp(bytes).metadata(), await sharp(after).metadata()]
    expect(is.icc).toEqual(was.icc)
    // AVIF is turned by a box that stays; `autoOrient` has compared the outcome.
    if (contentType !== 'image/avif') expect(is.orientation).toBe(was.orientation)
    expect(await without(after, contentType, removal)).toEqual(after)
  })

  it('is refused as damaged, and by nothing else, where it ends early or has other bytes', async () => {
    const bytes = await make()
    for (let turn = 0; turn < 40; turn += 1) {
      const cut = Buffer.from(bytes.subarray(0, Math.floor((bytes.length * turn) / 40)))
      const changed = Buffer.from(bytes)
      // Among the first bytes, where the structure is.
      changed[(turn * 17) % Math.min(700, changed.length)] = (turn * 89) & 255
      for (const file of [cut, changed]) await refusedOrDone(file, contentType)
    }
  })
})

async function refusedOrDone(bytes: Buffer, contentType: string): Promise<void> {
  for (const removal of REMOVALS) {
    await without(bytes, contentType, removal).catch(assertRefusal)
  }
}

function assertRefusal(error: unknown): void {
  if (!isRindleError(error, 'corrupt_media') && !isRindleError(error, 'metadata_not_removable')) throw error
}

describe('an EXIF block', () => {
  it('has an orientation, or the usual one', () => {
    expect(orientationOf(orientationExif(8))).toBe(8)
    expect(orientationOf(Buffer.from('no block'))).toBe(1)
    expect(orientationOf(Buffer.alloc(0))).toBe(1)
  })

  it('that contradicts itself is not kept', () => {
    const block = orientationExif(6)
    expect(exifWithoutPlaces(block)).toEqual(block)
    const more = Buffer.from(block)
    more.writeUInt16LE(400, 8)
    expect(exifWithoutPlaces(more)).toBeNull()
    expect(exifWithoutPlaces(Buffer.from('II*\0\xff\xff\xff\xff', 'latin1'))).toBeNull()
  })

  it('loses maker notes, which may hold places, and keeps all other offsets', () => {
    // The picture's directory leads to that of EXIF, which has maker notes of eight bytes behind it.
    const block = Buffer.alloc(64)
    block.write('II*\0\x08\0\0\0', 0, 'latin1')
    const entry = (at: number, [tag, type, count, value]: readonly [number, number, number, number]): void => {
      block.writeUInt16LE(tag, at)
      block.writeUInt16LE(type, at + 2)
      block.writeUInt32LE(count, at + 4)
      block.writeUInt32LE(value, at + 8)
    }
    block.writeUInt16LE(1, 8)
    entry(10, [0x8769, 4, 1, 26])
    block.writeUInt16LE(1, 26)
    entry(28, [0x927c, 7, 8, 48])
    block.write('SECRETS!', 48, 'latin1')
    const after = exifWithoutPlaces(block)
    expect(after?.length).toBe(64)
    expect(after?.includes('SECRETS!')).toBe(false)
    expect(after?.readUInt16LE(26)).toBe(0)
    expect(after?.readUInt32LE(18)).toBe(26)
  })

  it('with a directory that leads to itself ends', () => {
    const block = orientationExif(6)
    block.writeUInt32LE(8, 22)
    expect(exifWithoutPlaces(block)).toEqual(block)
  })
})

describe('the index of items of a HEIC', () => {
  it('that ends early is damaged', () => {
    const meta = Buffer.alloc(40)
    meta.write('meta', 4, 'latin1')
    meta.writeUInt32BE(900, 12)
    expect(() => itemPlaces(meta, 0)).toThrow(expect.objectContaining({ code: 'corrupt_media' }))
  })
})

const corpus = process.env['RINDLE_CORPUS']
const hostile = corpus === undefined ? '' : join(corpus, 'hostile')
const hasHostile = existsSync(hostile)
if (!hasHostile) console.log('skipped: hostile files, because RINDLE_CORPUS names no directory of media files.')

it.skipIf(!hasHostile)('no hostile file of the corpus does more than be refused', async () => {
  const files = readdirSync(hostile, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.length).toBeGreaterThan(20)
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name)
    for (const contentType of ['image/jpeg', 'image/png', 'image/webp', 'image/heic']) {
      const source = { path, contentType, byteSize: 0 }
      const removed = imageMetadataRemover.remove(source, { removal: 'strip_location', signal: NEVER })
      await removed.catch(assertRefusal)
    }
  }
})
