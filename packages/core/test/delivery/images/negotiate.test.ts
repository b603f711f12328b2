import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { preferredTypes } from '../../../src/delivery/images/negotiate.ts'

const TYPES = ['image/avif', 'image/webp', 'image/jpeg']
const CHROME = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8'
const SAFARI = 'image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,*/*;q=0.5'
const OLD_SAFARI = 'image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5'
const PAGE = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'

describe('the format for an Accept header', () => {
  it.each([
    ['none', null, 'image/jpeg'],
    ['an empty one', '', 'image/jpeg'],
    ['that of Chrome', CHROME, 'image/avif'],
    ['that of Safari, which names WebP first', SAFARI, 'image/avif'],
    ['that of a browser without newer formats', OLD_SAFARI, 'image/jpeg'],
    ['that of a browser for a page', PAGE, 'image/avif'],
    ['a wildcard', '*/*', 'image/jpeg'],
    ['a wildcard of images', 'image/*', 'image/jpeg'],
    ['one format', 'image/webp', 'image/webp'],
    ['two formats, the second one preferred', 'image/avif;q=0.5, image/webp', 'image/webp'],
    ['qualities with spaces and capitals', 'Image/AVIF ; Q=0.1 , IMAGE/WEBP;q=0.9', 'image/webp'],
    ['a wildcard that is preferred to a format', 'image/webp;q=0.5, */*;q=0.8', 'image/jpeg'],
    ['a format and a wildcard of the same quality', '*/*, image/webp', 'image/webp'],
    ['a refused format', 'image/avif;q=0, image/webp;q=0.1', 'image/webp'],
    ['a refused fallback beside a wildcard', 'image/jpeg;q=0, */*', 'image/webp'],
    ['the fallback, preferred', 'image/avif;q=0.2, image/jpeg', 'image/jpeg'],
    ['nothing of all', 'text/html', 'image/jpeg'],
    ['nothing of all, and all refused', '*/*;q=0', 'image/jpeg'],
    ['no header at all', ';;,=,"', 'image/jpeg'],
  ])('%s', (_what, accept, expected) => {
    expect(preferredTypes(accept, TYPES)[0]).toBe(expected)
  })

  it('is one of the family, whatever the header', () => {
    const range = fc.oneof(fc.constantFrom(...TYPES, 'image/*', '*/*', 'image/jxl'), fc.string({ maxLength: 12 }))
    const header = fc.array(fc.tuple(range, fc.double({ min: -1, max: 2 })).map(([type, q]) => `${type};q=${q}`))
    fc.assert(
      fc.property(header, (ranges) => {
        const preferred = preferredTypes(ranges.join(','), TYPES)
        expect(preferred.length).toBeGreaterThan(0)
        expect(TYPES).toEqual(expect.arrayContaining([...preferred]))
      }),
    )
  })

  it('of a family of one format is that one', () => {
    expect(preferredTypes(CHROME, ['image/png'])).toEqual(['image/png'])
  })
})
