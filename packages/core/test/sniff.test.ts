import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SNIFF_BYTES, sniff } from '../src/promotion/sniff.ts'

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'
const tiff = (magic: string, directoryOffset: number): Buffer => {
  const head = Buffer.alloc(SNIFF_BYTES)
  head.write(magic, 'latin1')
  if (magic.startsWith('II')) head.writeUInt32LE(directoryOffset, 4)
  else head.writeUInt32BE(directoryOffset, 4)
  return head
}

it('keeps files apart that are sniffed at once', async () => {
  const files: [string, string][] = [
    ['GIF89a\x01\x00\x01\x00', 'image/gif'],
    ['%PDF-1.7\n', 'application/pdf'],
    ['\xFF\xD8\xFF\xE0\x00\x10JFIF', 'image/jpeg'],
    [SVG, 'image/svg+xml'],
    ['\x7FELF\x02\x01\x01', 'application/x-elf'],
  ]
  const many = Array.from({ length: 50 }, () => files).flat()
  const found = await Promise.all(many.map(([bytes]) => sniff(Buffer.from(bytes.padEnd(64), 'latin1'))))
  expect(found).toEqual(many.map(([, type]) => type))
})

describe('a TIFF', () => {
  it.each([
    ['little-endian', 'II*\0'],
    ['big-endian', 'MM\0*'],
  ])('%s is known although its directory lies behind the head', async (_order, magic) => {
    expect(await sniff(tiff(magic, 500_000))).toBe('image/tiff')
  })

  it('is still told from a raw photo', async () => {
    const raw = tiff('II*\0', 16)
    raw.write('CR', 8, 'latin1')
    expect(await sniff(raw)).toBe('image/x-canon-cr2')
  })
})

describe('an SVG', () => {
  it.each([
    ['behind a comment', `<!-- no declaration -->\n${SVG}`],
    ['behind its own DOCTYPE', `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">\n${SVG}`],
    ['behind empty lines', `\r\n\r\n${SVG}`],
    ['with entities of its own', `<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">&own;</svg>`],
  ])('%s is known', async (_where, bytes) => {
    expect(await sniff(Buffer.from(bytes))).toBe('image/svg+xml')
  })

  it.each([
    ['an unbound prefix', '<svg xmlns="http://www.w3.org/2000/svg"><xi:include href="a"/></svg>'],
    ['a broken tag', '<svg xmlns="http://www.w3.org/2000/svg"><a <b></svg>'],
    ['bytes that are no text', `${SVG}\0\x01\0`],
  ])('that is malformed behind its root by %s is known', async (_what, bytes) => {
    expect(await sniff(Buffer.from(bytes))).toBe('image/svg+xml')
  })

  it.each([
    ['an unknown entity', '<svg xmlns="&own;" width="1">'],
    ['an unbound prefix', '<svg own:a="1" width="1">'],
    ['a broken tag', '<?xml version="1.0"?><a <b></a>'],
  ])('whose root is malformed by %s is XML, and no exception', async (_what, bytes) => {
    expect(await sniff(Buffer.from(bytes))).toBe('application/xml')
  })
})

it('takes linear time over what stands before a root that never comes', async () => {
  const hostile = [' \n'.repeat(2_050), '<!-- -->'.repeat(512), `<!-- ${'-->'.repeat(1_300)}`, '<!--'.repeat(1_025)]
  const begin = performance.now()
  for (const bytes of hostile) await sniff(Buffer.from(bytes))
  expect(performance.now() - begin).toBeLessThan(1_000)
})

it('survives any text that looks like markup', async () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '<!--',
    '-->',
    '<!DOCTYPE svg',
    '[',
    ']',
    '&',
    ';',
    '<?xml ',
    '?>',
    '<svg ',
    '"',
    '=',
    'a',
    ' ',
    '\0',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
      const type = await sniff(Buffer.from(pieces.join('')))
      expect(type === undefined || type.includes('/')).toBe(true)
    }),
    { numRuns: 500 },
  )
})
