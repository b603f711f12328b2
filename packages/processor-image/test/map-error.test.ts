import { isRindleError, RindleError } from '@rindle/core'
import { describe, expect, it } from 'vitest'
import { DecoderVerdict } from '../src/decoder-process.ts'
import { mapError } from '../src/map-error.ts'

const DECODE = { step: 'decode', contentType: 'image/jpeg', variants: ['thumb', 'large'] } as const

describe('an error of sharp', () => {
  it.each([
    ['Input file is missing: /tmp/x', 'variant_source_not_found'],
    ['Input image exceeds pixel limit', 'limit_exceeded'],
    ['Input image exceeds channel limit', 'unsupported_codec'],
    ['Input file has corrupt header: heif: Memory allocation error: Security limit exceeded: iinf', 'limit_exceeded'],
    ['Input file contains unsupported image format', 'unsupported_codec'],
    ['Input file has corrupt header: heif: Unsupported feature: Unsupported data version', 'unsupported_codec'],
    ['Input file has corrupt header: image: bad labq format', 'unsupported_codec'],
    ['svgload: SVG rendering failed\nvips2png: unable to write', 'corrupt_media'],
    ['Input file has corrupt header: VipsJpeg: premature end of JPEG image', 'corrupt_media'],
    ['VipsJpeg: premature end of JPEG image', 'corrupt_media'],
    ['vipspng: libpng read error', 'corrupt_media'],
    ['/tmp/crash.tif: bad seek to 3309\n/tmp/crash.tif: bad seek to 3309', 'corrupt_media'],
    ['timeout: 42% complete\nVipsImage: killed for image "temp-132"\nwebpsave: unable to encode', 'processing_timeout'],
    ['/out/a.webp: write error\nsystem error: No space left on device', 'insufficient_disk'],
    ['/out/a.webp: unable to open for write\nsystem error: No such file or directory', 'processing_failed'],
    ['webpsave: unable to encode', 'processing_failed'],
    ['Could not allocate enough memory for raw output', 'insufficient_memory'],
    ["ENOENT: no such file or directory, open '/tmp/x'", 'variant_source_not_found'],
    ["EMFILE: too many open files, open '/tmp/x'", 'processing_failed'],
    ["EACCES: permission denied, open '/tmp/x'", 'processing_failed'],
    ['EIO: i/o error, read', 'processing_failed'],
    ['ENOSPC: no space left on device, write', 'insufficient_disk'],
    ['unable to open "/tmp/x"\nsystem error: Too many open files', 'processing_failed'],
    ['VipsJpeg: Unsupported JPEG process: SOF type 0xc5', 'unsupported_codec'],
    ['VipsJpeg: Requested feature was omitted at compile time', 'unsupported_codec'],
    ['tiff2vips: ZSTD compression support is not configured', 'unsupported_codec'],
    ["vips_colourspace: no known route from 'multiband' to 'srgb'", 'unsupported_codec'],
  ])('%j while decoding is %s', (text, code) => {
    expect(mapError(new Error(text), DECODE).code).toBe(code)
  })

  it('that is unknown is the fault of the file while it is read, and of the encoder after', () => {
    expect(mapError(new Error('something else'), { ...DECODE, step: 'read' }).code).toBe('corrupt_media')
    expect(mapError(new Error('something else'), DECODE).code).toBe('corrupt_media')
    expect(mapError(new Error('something else'), { ...DECODE, step: 'encode' }).code).toBe('processing_failed')
  })

  it('keeps its first line, without the path, in a message that names the variants and says what to do', () => {
    const cause = new Error('/srv/secret/original: bad seek to 3309\nmore')
    const error = mapError(cause, DECODE)
    expect(error.message).toBe(
      'Could not decode the image/jpeg for thumb, large: the file is truncated or damaged; upload it again ' +
        '(sharp: bad seek to 3309).',
    )
    expect(error.cause).toBe(cause)
    expect(error.details).toEqual({ step: 'decode', contentType: 'image/jpeg', variants: ['thumb', 'large'] })
  })

  it.each([
    'Input file is missing: /srv/secret/original',
    "ENOENT: no such file or directory, open '/srv/secret/original'",
    'unable to open "/srv/secret/original"',
    '/srv/secret/original: bad seek to 3309',
    'C:\\secret\\original: bad seek to 3309',
  ])('does not tell where files lie on this machine: %j', (text) => {
    expect(mapError(new Error(text), DECODE).message).not.toContain('secret')
  })

  it('that is a verdict of the decoder is said in its words', () => {
    const verdict = new DecoderVerdict('unsupported_codec', 'The file is a TIFF with 12 bits per sample.')
    expect(mapError(verdict, DECODE)).toMatchObject({
      code: 'unsupported_codec',
      message: 'The file is a TIFF with 12 bits per sample.',
      details: { contentType: 'image/jpeg' },
    })
  })

  it('that is none of sharp stays as it is', () => {
    const error = new RindleError('output_mismatch', 'Another size.')
    expect(mapError(error, DECODE)).toBe(error)
  })

  it('may be any value', () => {
    expect(isRindleError(mapError('odd', DECODE), 'corrupt_media')).toBe(true)
  })
})
