import { isRindleError, RindleError } from '@rindle/core'
import { describe, expect, it } from 'vitest'
import { mapError } from '../src/map-error.ts'

const DECODE = { step: 'decode', contentType: 'image/jpeg', variants: ['thumb', 'large'] } as const

describe('an error of sharp', () => {
  it.each([
    ['Input file is missing: /tmp/x', 'variant_source_not_found'],
    ['Input image exceeds pixel limit', 'limit_exceeded'],
    ['Input image exceeds channel limit', 'limit_exceeded'],
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

  it('that is none of sharp stays as it is', () => {
    const error = new RindleError('output_mismatch', 'Another size.')
    expect(mapError(error, DECODE)).toBe(error)
  })

  it('may be any value', () => {
    expect(isRindleError(mapError('odd', DECODE), 'corrupt_media')).toBe(true)
  })
})
