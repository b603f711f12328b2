import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { apngPixels } from '../src/decoder/apng-pixels.ts'
import type { Bytes } from '../src/decoder/file-bytes.ts'
import { apngTiming } from '../src/decoder/formats/apng.ts'
import { avifColour } from '../src/decoder/formats/avif.ts'
import { readBmpHeader } from '../src/decoder/formats/bmp.ts'
import { readBmpPixels } from '../src/decoder/formats/bmp-pixels.ts'
import { readBmpRuns } from '../src/decoder/formats/bmp-runs.ts'
import { endOfGif } from '../src/decoder/formats/gif.ts'
import { readIcon, readIconBitmap } from '../src/decoder/formats/ico.ts'
import { oddJpeg } from '../src/decoder/formats/jpeg.ts'
import { missingShareOfJpeg } from '../src/decoder/formats/jpeg-extent.ts'
import { jpegOutline } from '../src/decoder/formats/jpeg-markers.ts'
import { lacksOnlyTheLastBit } from '../src/decoder/formats/jpeg-progress.ts'
import { judgeTiff } from '../src/decoder/formats/judge-tiff.ts'
import { pngColour } from '../src/decoder/formats/png-colour.ts'
import { repairPng } from '../src/decoder/formats/png-repair.ts'
import { readTiffDirectory } from '../src/decoder/formats/tiff.ts'
import { Refusal } from '../src/decoder/refusal.ts'
import { bmp, icon } from './bitmaps.ts'
import { open, quadrants } from './pictures.ts'
import { apng, chromaticities, cicp, gamma, png } from './png.ts'
import { tiff } from './tiff.ts'

const MAX_PIXELS = 1_000_000
const picture = open(quadrants(24, 24))
const at = (x: number): readonly number[] => [x, 2, 3]
const grid = { width: 24, height: 24, at }

function bytesOf(buffer: Buffer): Bytes {
  return {
    byteSize: buffer.byteLength,
    read: async (from, length) => buffer.subarray(Math.min(from, buffer.byteLength), from + length),
  }
}

/** The readers of a decoder process besides sharp, each with a file that it reads well. */
const READERS: readonly (readonly [string, () => Promise<Buffer>, (bytes: Buffer) => unknown])[] = [
  ['BMP', async () => bmp({ width: 24, height: 24, bits: 8, palette: [[1, 2, 3]], at: () => 0 }), readBmp],
  [
    'BMP of runs',
    async () =>
      bmp({
        width: 24,
        height: 2,
        bits: 8,
        palette: [[1, 2, 3]],
        at: () => 0,
        data: Buffer.from([24, 0, 0, 0, 24, 0, 0, 1]),
        compression: 1,
      }),
    readBmp,
  ],
  ['ICO', async () => icon([{ bitmap: { width: 16, height: 16, bits: 32, at: () => 7 } }]), readIco],
  [
    'TIFF',
    async () => tiff({ ...grid, photometric: 'rgb' }),
    async (bytes) => {
      const directory = await readTiffDirectory(bytesOf(bytes))
      return directory === null ? null : judgeTiff(directory)
    },
  ],
  [
    'BigTIFF',
    async () => tiff({ ...grid, photometric: 'rgb', isBig: true }),
    async (bytes) => readTiffDirectory(bytesOf(bytes)),
  ],
  [
    'PNG',
    async () =>
      png({ ...grid, chunks: [gamma(1), chromaticities(0.31, 0.33, 0.6, 0.3, 0.3, 0.6, 0.1, 0.1), cicp(9, 16)] }),
    async (bytes) => {
      await repairPng(bytesOf(bytes))
      return pngColour(bytesOf(bytes))
    },
  ],
  ['animated PNG', async () => apng([{ picture: grid }, { picture: grid }]), readApng],
  [
    'AVIF',
    async () => picture.clone().avif({ lossless: true, bitdepth: 10 }).toBuffer(),
    async (bytes) => avifColour(bytesOf(bytes)),
  ],
  ['GIF', async () => picture.clone().gif().toBuffer(), async (bytes) => endOfGif(bytesOf(bytes))],
  ['JPEG', async () => picture.clone().jpeg().toBuffer(), readJpeg],
  ['progressive JPEG', async () => picture.clone().jpeg({ progressive: true }).toBuffer(), readJpeg],
]

function readBmp(bytes: Buffer): unknown {
  const layout = readBmpHeader(bytes)
  // As the limits of a profile do.
  if (layout.width * layout.height > MAX_PIXELS) return null
  return layout.isRunLength ? readBmpRuns(bytes, layout) : readBmpPixels(bytes, layout)
}

function readIco(bytes: Buffer): unknown {
  const found = readIcon(bytes)
  return found.isPng || found.width * found.height > MAX_PIXELS ? null : readIconBitmap(found)
}

async function readApng(bytes: Buffer): Promise<unknown> {
  const timing = await apngTiming(bytesOf(bytes))
  if (timing === null || timing.delaysMs.length > 4) return null
  return apngPixels(bytesOf(bytes), { width: 24, height: 24 }, timing.delaysMs.length, async () => ({
    data: Buffer.alloc(24 * 24 * 4),
    width: 24,
    height: 24,
    channels: 4,
  }))
}

async function readJpeg(bytes: Buffer): Promise<unknown> {
  await oddJpeg(bytesOf(bytes))
  jpegOutline(bytes)
  lacksOnlyTheLastBit(bytes)
  return missingShareOfJpeg(bytes)
}

const damage = fc.record({
  /** How much of the file there is. */
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  /** Bytes that are others, more of them at the beginning. */
  patches: fc.array(
    fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.uint8Array({ minLength: 1, maxLength: 8 })),
    { maxLength: 6 },
  ),
})

describe('what reads files besides sharp', () => {
  it.each(READERS)('gives an answer or a verdict for any bytes: %s', async (_name, write, read) => {
    const whole = await write()
    await read(whole)
    const attempt = async ({ share, patches }: { share: number; patches: [number, Uint8Array][] }): Promise<void> => {
      const bytes = Buffer.from(whole.subarray(0, Math.ceil(whole.byteLength * share)))
      for (const [place, patch] of patches)
        bytes.set(
          patch.subarray(0, Math.max(0, bytes.byteLength - Math.floor(place ** 3 * bytes.byteLength))),
          Math.floor(place ** 3 * bytes.byteLength),
        )
      try {
        await read(bytes)
      } catch (error) {
        // A number that is read beyond the end, which the application takes for damage.
        if (!(error instanceof Refusal) && !(error instanceof RangeError)) throw error
      }
    }
    await fc.assert(fc.asyncProperty(damage, attempt), { numRuns: 200 })
  })

  it('is quick with headers that are made of the smallest pieces', async () => {
    const pieces = 2 * 1024 * 1024
    const gif = Buffer.concat([Buffer.from('GIF89a\x01\0\x01\0\0\0\0!\xfe', 'latin1'), Buffer.alloc(pieces, 1)])
    const jpeg = Buffer.concat([Buffer.from('ffd8', 'hex'), Buffer.alloc(pieces)])
    let reads = 0
    const counted = (buffer: Buffer): Bytes => ({
      ...bytesOf(buffer),
      read: (...range) => ((reads += 1), bytesOf(buffer).read(...range)),
    })
    expect(await endOfGif(counted(gif))).toBe('without_trailer')
    expect(await oddJpeg(counted(jpeg))).toBeNull()
    expect(reads).toBeLessThan(5000)
  })
})

describe('the share of a JPEG that is missing', () => {
  it('is counted in every kind of scan', async () => {
    const photo = open(quadrants(256, 256))
    for (const options of [{}, { chromaSubsampling: '4:4:4' }, { optimiseCoding: false }]) {
      const bytes = await photo.clone().jpeg(options).toBuffer()
      expect(missingShareOfJpeg(bytes)).toBe(0)
      expect(missingShareOfJpeg(bytes.subarray(0, -2))).toBe(0)
      const half = missingShareOfJpeg(bytes.subarray(0, bytes.byteLength - 200)) ?? Number.NaN
      expect(half).toBeGreaterThan(0)
      expect(half).toBeLessThan(1)
    }
    const grey = await photo.clone().toColourspace('b-w').jpeg().toBuffer()
    expect(missingShareOfJpeg(grey)).toBe(0)
    expect(missingShareOfJpeg(await photo.clone().jpeg({ progressive: true }).toBuffer())).toBeNull()
  })

  it('is nothing of a picture that has others behind it', async () => {
    const first = await picture.clone().jpeg().toBuffer()
    const second = await sharp(first).negate().jpeg().toBuffer()
    expect(missingShareOfJpeg(Buffer.concat([first, second]))).toBe(0)
  })
})
