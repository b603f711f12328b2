import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_HEAD_BYTES, SNIFF_BYTES, sniff } from '../../../src/kernel/sniffing/sniff.ts'
import { sniffBytes } from './sniff-bytes.ts'

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'

const tiff = (magic: string, directoryOffset: number): Buffer => {
  const head = Buffer.alloc(4_100)
  head.write(magic, 'latin1')
  if (magic.startsWith('II')) head.writeUInt32LE(directoryOffset, 4)
  else head.writeUInt32BE(directoryOffset, 4)
  return head
}

/** An ID3v2 tag with that many bytes of content. */
const tag = (byteSize: number): Buffer => {
  const sevenBits = [21, 14, 7, 0].map((shift) => (byteSize >> shift) & 0x7f)
  return Buffer.concat([latin1('ID3\x04\0\0'), Buffer.from(sevenBits), Buffer.alloc(byteSize)])
}

/** The first box of a file of the MP4 family. */
const brands = (...names: readonly string[]): Buffer => {
  const [major = '', ...compatible] = names
  const content = latin1(`ftyp${major}\0\0\0\0${compatible.join('')}`)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(content.byteLength + 4)
  return Buffer.concat([size, content, Buffer.alloc(64)])
}

const FRAMES = {
  mp3: Buffer.alloc(400, latin1('\xff\xfb\x90\x64')),
  aac: Buffer.alloc(400, latin1('\xff\xf1\x50\x80')),
  flac: latin1('fLaC\0\0\0\x22'.padEnd(200, '\0')),
}

describe('the first bytes', () => {
  it.each([
    ['a GIF', 'GIF89a\x01\x00\x01\x00', 'image/gif'],
    ['a PDF', '%PDF-1.7\n', 'application/pdf'],
    ['a sound of more than 4 GB', 'RF64\xff\xff\xff\xffWAVEds64', 'audio/wav'],
    ['a broadcast wave of more than 4 GB', 'BW64\xff\xff\xff\xffWAVEds64', 'audio/wav'],
    ['a Wave64', 'riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0', 'audio/x-w64'],
    ['a Sun audio', '.snd\0\0\0\x18', 'audio/basic'],
    ['an AC-3', '\x0b\x77\0\0\x14\x40', 'audio/ac3'],
    ['an E-AC-3', '\x0b\x77\x01\x7f\x34\x86', 'audio/eac3'],
    ['an old film', '\0\0\0\x08skip\0\0\0\x08', 'video/quicktime'],
    ['text', 'hello', undefined],
    ['nothing', '', undefined],
  ])('tell %s', async (_what, bytes, type) => {
    expect(await sniffBytes(latin1(bytes.padEnd(bytes === '' ? 0 : 64, ' ')))).toBe(type)
  })

  it('tell packets of a broadcast with checksums', async () => {
    const packets = Buffer.alloc(2_040)
    for (let at = 0; at < packets.byteLength; at += 204) packets[at] = 0x47
    expect(await sniffBytes(packets)).toBe('video/mp2t')
  })

  it('tell files apart that are sniffed at the same time', async () => {
    const files: [string, string][] = [
      ['GIF89a\x01\x00\x01\x00', 'image/gif'],
      ['%PDF-1.7\n', 'application/pdf'],
      ['\xFF\xD8\xFF\xE0\x00\x10JFIF', 'image/jpeg'],
      [SVG, 'image/svg+xml'],
      ['\x7FELF\x02\x01\x01', 'application/x-elf'],
    ]
    const many = Array.from({ length: 50 }, () => files).flat()
    const found = await Promise.all(many.map(([bytes]) => sniffBytes(latin1(bytes.padEnd(64)))))
    expect(found).toEqual(many.map(([, type]) => type))
  })
})

describe('a TIFF', () => {
  it.each([
    ['little-endian', 'II*\0'],
    ['big-endian', 'MM\0*'],
  ])('%s is known although its directory lies after the head', async (_order, magic) => {
    expect(await sniffBytes(tiff(magic, 500_000))).toBe('image/tiff')
  })

  it('is still told from a raw photo', async () => {
    const raw = tiff('II*\0', 16)
    raw.write('CR', 8, 'latin1')
    expect(await sniffBytes(raw)).toBe('image/x-canon-cr2')
  })
})

describe('a compressed drawing', () => {
  it('is known by its unpacked bytes, and other gzip is gzip', async () => {
    const long = `<?xml version="1.0"?>\n<!-- made -->${SVG.replace('/>', '>')}${'<g/>'.repeat(100_000)}</svg>`
    expect(await sniffBytes(gzipSync(SVG))).toBe('image/svg+xml-compressed')
    expect(await sniffBytes(gzipSync(long).subarray(0, 65_536))).toBe('image/svg+xml-compressed')
    for (const other of ['just text', '<?xml version="1.0"?><a/>', '<!DOCTYPE html><p>']) {
      expect(await sniffBytes(gzipSync(other))).toBe('application/gzip')
    }
  })

  it('is no bomb: only a little of it is unpacked', async () => {
    expect(await sniffBytes(gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)))).toBe('application/gzip')
    expect(await sniffBytes(Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]))).toBe('application/gzip')
  })
})

describe('a picture in a HEIF container', () => {
  it.each([
    [['mif1', 'mif1', 'heic'], 'image/heic'],
    [['mif1', 'mif1', 'miaf', 'avif'], 'image/avif'],
    [['mif1', 'mif1', 'miaf'], 'image/heif'],
    [['msf1', 'iso8', 'hevc'], 'image/heic'],
    [['msf1', 'avis'], 'image/avif'],
    [['miaf', 'MA1B', 'avif'], 'image/avif'],
    [['heic', 'mif1', 'avif'], 'image/heic'],
    [['heim', 'mif1'], 'image/heic'],
    [['avif', 'mif1', 'heic'], 'image/avif'],
    [['avci', 'mif1'], 'image/heif'],
    [['isom', 'mif1', 'avif'], 'video/mp4'],
  ])('with the brands %j is %s', async (names, type) => {
    expect(await sniffBytes(brands(...names))).toBe(type)
  })

  it('is not told by a brand after the end of its box', async () => {
    const bytes = Buffer.concat([brands('mif1', 'mif1'), latin1('avif')])
    expect(await sniffBytes(bytes)).toBe('image/heif')
  })
})

describe('after an ID3 tag', () => {
  it.each([
    ['mp3', 'audio/mpeg'],
    ['aac', 'audio/aac'],
    ['flac', 'audio/flac'],
  ] as const)('%s is known, for a tag of any length', async (format, type) => {
    for (const byteSize of [10, 5_000, 200_000, 3_000_000]) {
      expect(await sniffBytes(Buffer.concat([tag(byteSize), FRAMES[format]]))).toBe(type)
    }
  })

  it('a second tag and a footer are skipped, too', async () => {
    const withFooter = Buffer.concat([tag(30), latin1('3DI\x04\0\x10\0\0\0\x1e')])
    withFooter[5] = 0x10
    expect(await sniffBytes(Buffer.concat([tag(70_000), withFooter, FRAMES.flac]))).toBe('audio/flac')
  })

  it('another type keeps its type', async () => {
    const program = latin1('\x7FELF\x02\x01\x01'.padEnd(64, '\0'))
    expect(await sniffBytes(Buffer.concat([tag(10), program]))).toBe('application/x-elf')
  })

  it('padding leads to MPEG audio', async () => {
    expect(await sniffBytes(Buffer.concat([tag(10), Buffer.alloc(500), FRAMES.mp3]))).toBe('audio/mpeg')
  })

  it('a name tells the type that cannot be read', async () => {
    expect(await sniffBytes(tag(100).subarray(0, 50))).toBe('audio/x-id3')
    const bytes = Buffer.concat([tag(2_000_000), FRAMES.flac])
    const upToABound = (start: number, end: number) =>
      Promise.resolve(bytes.subarray(start, Math.min(end, MAX_HEAD_BYTES)))
    expect(await sniff(upToABound)).toBe('audio/x-id3')
  })
})

describe('a PDF', () => {
  it.each([
    ['a line of a printer', '\x1B%-12345X@PJL ENTER LANGUAGE=PDF\r\n'],
    ['empty lines', '\r\n\r\n'],
    ['a byte order mark', '\xEF\xBB\xBF'],
    ['as many bytes as readers search', 'x'.repeat(1_019)],
  ])('after %s is known', async (_what, before) => {
    expect(await sniffBytes(latin1(`${before}%PDF-1.4\n`))).toBe('application/pdf')
  })

  it('is not found later, nor in a file of another type', async () => {
    expect(await sniffBytes(latin1(`${'x'.repeat(1_024)}%PDF-1.4\n`))).toBeUndefined()
    expect(await sniffBytes(latin1('GIF89a\x01\0\x01\0 %PDF-1.4\n'))).toBe('image/gif')
  })
})

const ILLUSTRATOR = `<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: a drawing program -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [
  <!ENTITY ns_extend "http://ns.example.com/Extensibility/1.0/">
  <!ENTITY ns_svg "http://www.w3.org/2000/svg">
]>
<svg version="1.1" xmlns:x="&ns_extend;" xmlns="&ns_svg;" width="10" height="10"><path d="M0 0"/></svg>`

describe('an SVG', () => {
  it.each([
    ['at the start', SVG],
    ['after a declaration', `<?xml version="1.0"?>${SVG}`],
    ['after a comment', `<!-- no declaration -->\n${SVG}`],
    ['after its own DOCTYPE', `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">\n${SVG}`],
    ['after empty lines', `\r\n\r\n${SVG}`],
    ['after empty lines and a declaration', `\n <?xml version="1.0"?>${SVG}`],
    ['after a byte order mark', `\uFEFF${SVG}`],
    ['after a byte order mark, space and a comment', `\uFEFF\n<!-- a -->${SVG}`],
    ['after an instruction', `<?xml-stylesheet href="a.css"?>\n${SVG}`],
    ['after a long comment', `<?xml version="1.0"?><!-- ${'licence '.repeat(1_000)} -->${SVG}`],
    ['after a very long comment', `<!-- ${'licence '.repeat(100_000)} -->${SVG}`],
    ['after very much space', `${' '.repeat(300_000)}${SVG}`],
    [
      'with entities of its own in its text',
      '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">&own;</svg>',
    ],
    ['whose namespaces are entities', ILLUSTRATOR],
    ['with an external entity', `<!DOCTYPE svg SYSTEM "a.dtd"><svg xmlns="http://www.w3.org/2000/svg" width="&w;"/>`],
    ['with brackets and quotes in comments of its DOCTYPE', `<!DOCTYPE svg [<!-- it's ]> --><!ENTITY a '>'>]>${SVG}`],
    ['with a prefix', '<svg:svg xmlns:svg="http://www.w3.org/2000/svg"></svg:svg>'],
    ['with its attributes in lines', '<svg\n  width="1"\n  xmlns="http://www.w3.org/2000/svg"\n/>'],
  ])('%s is known', async (_where, text) => {
    expect(await sniffBytes(Buffer.from(text))).toBe('image/svg+xml')
  })

  it.each([
    ['little-endian', (text: string) => Buffer.from(text, 'utf16le')],
    ['big-endian', (text: string) => Buffer.from(text, 'utf16le').swap16()],
  ])('in UTF-16, %s, is known', async (_order, encode) => {
    expect(await sniffBytes(encode(`<?xml version="1.0"?><!-- ä -->${SVG}`))).toBe('image/svg+xml')
    expect(await sniffBytes(encode(`\uFEFF${SVG}`))).toBe('image/svg+xml')
  })

  it.each([
    ['an unbound prefix', '<svg xmlns="http://www.w3.org/2000/svg"><xi:include href="a"/></svg>'],
    ['a broken tag', '<svg xmlns="http://www.w3.org/2000/svg"><a <b></svg>'],
    ['bytes that are no text', `${SVG}\0\x01\0`],
  ])('that is malformed after its root by %s is known', async (_what, text) => {
    expect(await sniffBytes(Buffer.from(text))).toBe('image/svg+xml')
  })

  it.each([
    ['an unknown entity', '<svg xmlns="&own;" width="1">'],
    ['an unbound prefix', '<svg own:a="1" width="1">'],
    ['a broken tag', '<?xml version="1.0"?><a <b></a>'],
    ['an end that never comes', `<?xml version="1.0"?><svg xmlns="${'a'.repeat(200_000)}`],
    ['a DOCTYPE that never ends', '<!DOCTYPE svg [ <!ENTITY a "b">'],
  ])('whose root is malformed by %s is XML, without an exception', async (_what, text) => {
    expect(await sniffBytes(Buffer.from(text))).toBe('application/xml')
  })

  it('does not expand entities into others, so no text grows large', async () => {
    const laughs = Array.from({ length: 60 }, (_, n) => `<!ENTITY l${n + 1} "&l${n};&l${n};">`).join('')
    const text = `<!DOCTYPE svg [<!ENTITY l0 "lol">${laughs}]><svg xmlns="http://www.w3.org/2000/svg" id="&l60;"/>`
    expect(await sniffBytes(Buffer.from(text))).toBe('image/svg+xml')
    const wide = `<!DOCTYPE svg [<!ENTITY a "${'a'.repeat(200)}">]><svg id="${'&a;'.repeat(10_000)}"/>`
    expect(await sniffBytes(Buffer.from(wide))).toBe('application/xml')
  })

  it('is not made of another root by an entity', async () => {
    const text = `<!DOCTYPE a [<!ENTITY n "x' xmlns='http://www.w3.org/2000/svg">]><a xmlns="&n;"/>`
    expect(await sniffBytes(Buffer.from(text))).toBe('application/xml')
  })
})

describe('markup that is no SVG', () => {
  it.each([
    ['a web page', '<!doctype html><p>hello</p>', undefined],
    ['a web page after a comment', '<!-- saved --><!DOCTYPE html>\n<html lang="en">', undefined],
    ['a web page without a DOCTYPE', '<html lang="en"><body>', 'application/xml'],
    [
      'a web page that is XML',
      '<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"/>',
      'application/xhtml+xml',
    ],
    ['a feed', '<?xml version="1.0"?><rss version="2.0">', 'application/rss+xml'],
    [
      'a property list',
      '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "a.dtd"><plist version="1.0">',
      'application/x-plist',
    ],
    ['a comment alone', '<!-- hello -->', undefined],
    ['an instruction alone', '<?php phpinfo(); ?>', undefined],
    ['an angle bracket alone', '<', undefined],
    ['an angle bracket in text', ' a < b', undefined],
  ])('%s is %s', async (_what, text, type) => {
    expect(await sniffBytes(Buffer.from(text))).toBe(type)
  })
})

describe('hostile bytes', () => {
  it.each([
    ['space', ' \n'.repeat(MAX_HEAD_BYTES / 2)],
    ['comments', '<!-- -->'.repeat(MAX_HEAD_BYTES / 8)],
    ['ends of comments', `<!-- ${'-->'.repeat(MAX_HEAD_BYTES / 3)}`],
    ['beginnings of comments', '<!--'.repeat(MAX_HEAD_BYTES / 4)],
    ['beginnings of comments in a DOCTYPE', `<!DOCTYPE svg [${'<!--'.repeat(MAX_HEAD_BYTES / 4)}`],
    ['quotes in a DOCTYPE', `<!DOCTYPE svg ${'"\''.repeat(MAX_HEAD_BYTES / 2)}`],
    ['brackets in a DOCTYPE', `<!DOCTYPE svg ${'[]'.repeat(MAX_HEAD_BYTES / 2)}`],
    ['entities', `<!DOCTYPE svg [${'<!ENTITY a "'.repeat(MAX_HEAD_BYTES / 12)}`],
    ['entities and a root', `<!DOCTYPE svg [${'<!ENTITY a "b">'.repeat(60_000)}]><svg ${'&a;'.repeat(10_000)}>`],
    ['quotes in a root', `<?xml version="1.0"?><svg ${'"\''.repeat(30_000)}`],
    ['attributes', `<svg ${'a="" '.repeat(200_000)}`],
  ])('take linear time: %s', async (_what, text) => {
    expect(await sniffBytes(latin1(text))).not.toBe('image/svg+xml')
  })

  it('cost a bounded number of bounded reads', async () => {
    const starts = [
      '<!-- ',
      '<!DOCTYPE svg [',
      tag(0).toString('latin1'),
      tag(0).toString('latin1').repeat(50),
      ' ',
      '%PDF',
    ]
    for (const start of starts) {
      const read: number[] = []
      const bytes = latin1(start.padEnd(3 * MAX_HEAD_BYTES))
      await sniff((from, to) => {
        read.push(to - from)
        return Promise.resolve(bytes.subarray(from, to))
      })
      expect(read.length).toBeLessThanOrEqual(9)
      expect(Math.max(...read)).toBeLessThanOrEqual(MAX_HEAD_BYTES)
      expect(read.filter((byteSize) => byteSize > SNIFF_BYTES).length).toBeLessThanOrEqual(1)
    }
  })

  const PIECES = (
    '< > <!-- --> <!DOCTYPE_svg [ ] & ; <?xml_ ?> <svg_ <svg:svg_ " \' = a _ : xmlns <!ENTITY_a_"b"> &a; ftyp mif1 avif ' +
    'RIFF FORM OggS caff G PK\x03\x04 \x1F\x8B\x08 II*\0 \0 \0\0\0\x18 \x1A\x45\xDF\xA3 \x89PNG\r\n\x1A\n \xFF\xFB ' +
    '\xEF\xBB\xBF \xFF\xFE \xFE\xFF ID3\x04\0\0\0\0\0\x04 0&\xB2u\x8Ef\xCF\x11\xA6\xD9'
  )
    .split(' ')
    .map((piece) => piece.replaceAll('_', ' '))

  it('cause no exception, in any order', async () => {
    const anything = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
    const piece = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...PIECES) }, anything)
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
        const type = await sniffBytes(latin1(pieces.join('')))
        expect(type === undefined || /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/.test(type)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})
