import { crc32 } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { open, plain, quadrants, stack } from './pictures.ts'
import { LIMITS, PROCESSOR, sourceFile } from './workbench.ts'

describe('a probe', () => {
  it('tells what the header says', async () => {
    const source = await sourceFile(
      'image/jpeg',
      open(quadrants(60, 40)).withIccProfile('p3').jpeg({ progressive: true }),
    )
    expect(await PROCESSOR.probe(source, { limits: LIMITS })).toEqual({
      kind: 'image',
      width: 60,
      height: 40,
      metadata: {
        format: 'jpeg',
        space: 'srgb',
        depth: 'uchar',
        channels: 3,
        hasAlpha: false,
        hasProfile: true,
        isProgressive: true,
        isAnimated: false,
        pages: 1,
        orientation: 1,
      },
    })
  })

  it('gives the dimensions of one frame of an animation, and counts its frames', async () => {
    const source = await sourceFile('image/gif', animation(4).gif({ delay: [10, 20, 30, 40] }))
    expect(await PROCESSOR.probe(source, { limits: LIMITS })).toMatchObject({
      width: 20,
      height: 10,
      metadata: { isAnimated: true, pages: 4 },
    })
  })

  it('names nothing of EXIF but the orientation', async () => {
    const exif = { IFD0: { Artist: 'Somebody' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } }
    const source = await sourceFile('image/jpeg', open(quadrants(60, 40)).withExif(exif).jpeg())
    expect((await sharp(source.path).metadata()).exif).toBeDefined()
    expect(JSON.stringify(await PROCESSOR.probe(source, { limits: LIMITS }))).not.toMatch(/Somebody|exif|gps/i)
  })

  it('refuses more pixels than its limit, at the very pixel', async () => {
    const source = await sourceFile('image/png', open(quadrants(60, 40)).png())
    await PROCESSOR.probe(source, { limits: { maxPixels: 2400 } })
    await expect(PROCESSOR.probe(source, { limits: { maxPixels: 2399 } })).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringContaining('60 × 40 = 2400 pixels'),
      retryable: false,
    })
  })

  it('counts the pixels of every frame', async () => {
    const source = await sourceFile('image/gif', animation(4).gif())
    await PROCESSOR.probe(source, { limits: { maxPixels: 800 } })
    await expect(PROCESSOR.probe(source, { limits: { maxPixels: 799 } })).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringContaining('4 frames'),
    })
  })

  it('refuses 65,000 × 65,000 pixels from the header alone', async () => {
    const header = pngHeader(65_000, 65_000)
    await expect(PROCESSOR.probe(await sourceFile('image/png', header), { limits: LIMITS })).rejects.toMatchObject({
      code: 'limit_exceeded',
    })
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('{"not":"an image"}')],
  ])('of %s that was called an image is an error that is not retried', async (_name, bytes) => {
    const source = await sourceFile('image/png', bytes)
    await expect(PROCESSOR.probe(source, { limits: LIMITS })).rejects.toMatchObject({ retryable: false })
  })

  it('of a damaged header is corrupt_media', async () => {
    const whole = await open(quadrants(60, 40)).jpeg().toBuffer()
    const source = await sourceFile('image/jpeg', whole.subarray(0, 40))
    await expect(PROCESSOR.probe(source, { limits: LIMITS })).rejects.toMatchObject({
      code: 'corrupt_media',
      retryable: false,
    })
  })

  it('of bytes that open as another type than was verified is corrupt_media', async () => {
    const source = await sourceFile('image/png', open(quadrants(60, 40)).jpeg())
    await expect(PROCESSOR.probe(source, { limits: LIMITS })).rejects.toMatchObject({
      code: 'corrupt_media',
      message: expect.stringContaining('opens as jpeg'),
    })
  })

  it('of a type that sharp does not know says what to do', async () => {
    const source = await sourceFile('image/jxl', Buffer.from([0xff, 0x0a]))
    await expect(PROCESSOR.probe(source, { limits: LIMITS })).rejects.toMatchObject({
      code: 'unsupported_codec',
      message: expect.stringMatching(/Convert such files to JPEG/),
    })
  })

  it('of a file that is not there names that', async () => {
    const source = { path: '/nowhere/original', contentType: 'image/png', byteSize: 1 }
    await expect(PROCESSOR.probe(source, { limits: LIMITS })).rejects.toMatchObject({
      code: 'variant_source_not_found',
    })
  })

  it('does not begin when it was cancelled', async () => {
    const source = await sourceFile('image/png', open(quadrants(60, 40)).png())
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(PROCESSOR.probe(source, { limits: LIMITS, signal })).rejects.toMatchObject({
      code: 'variant_processing_cancelled',
      cause: expect.objectContaining({ message: 'enough' }),
    })
  })
})

function animation(frames: number): Sharp {
  const { pixels, frame } = stack(Array.from({ length: frames }, (_, index) => plain(20, 10, [index * 60, 0, 0])))
  const raw = { width: frame.width, height: frame.height * frames, channels: frame.channels, pageHeight: frame.height }
  return sharp(pixels, { raw })
}

// A signature and an IHDR chunk, with no pixels behind them.
function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.from('89504e470d0a1a0a0000000d49484452000000000000000008020000000000000000', 'hex')
  header.writeUInt32BE(width, 16)
  header.writeUInt32BE(height, 20)
  header.writeUInt32BE(crc32(header.subarray(12, 29)), 29)
  const data = Buffer.from('0000000049444154', 'hex')
  return Buffer.concat([header.subarray(0, 33), data, Buffer.alloc(4)])
}
