import { readFile } from 'node:fs/promises'
import type { SourceFile } from '@rindle/core'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { exifCredits } from '../src/decoder/formats/exif-credits.ts'
import { iptcCredits } from '../src/decoder/formats/iptc-credits.ts'
import { xmpCredits, xmpOf } from '../src/decoder/formats/xmp-credits.ts'
import { image } from '../src/recipes/index.ts'
import { open, quadrants } from './pictures.ts'
import { hasProgram, tagsOf } from './readers.ts'
import { make, sourceFile } from './workbench.ts'

const hasExiftool = hasProgram('exiftool', '-ver')

const XMP = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" xmlns:cc="http://creativecommons.org/ns#"
 aux:SerialNumber="SN-4711" exif:GPSLatitude="51,30.5N" xmpRights:WebStatement="https://example.com/terms?a=1&amp;b=2">
<dc:creator><rdf:Seq><rdf:li>Zoë &amp; Søn</rdf:li><rdf:li>Second &lt;Author&gt;</rdf:li></rdf:Seq></dc:creator>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© 2026 Their Studio</rdf:li></rdf:Alt></dc:rights>
<xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">Ask first.</rdf:li></rdf:Alt></xmpRights:UsageTerms>
<cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`
const EXIF = {
  IFD0: {
    Artist: 'Somebody Real',
    Copyright: 'Their Studio',
    Make: 'Maker',
    Model: 'Camera 9',
    DateTime: '2026:01:02 03:04:05',
  },
  IFD2: { BodySerialNumber: 'SN-4711', LensSerialNumber: 'LS-42', CameraOwnerName: 'Owner' },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '51/1 30/1 3230/100',
    GPSLongitudeRef: 'W',
    GPSLongitude: '0/1 7/1 4366/100',
  },
}
const PRIVATE = ['SN-4711', 'LS-42', 'Camera 9', 'GPS', '51,30', '2026:01:02', 'Owner', 'Maker']

function picture(): Sharp {
  return open(quadrants(80, 60)).withExif(EXIF).withXmp(XMP)
}

function source(): Promise<SourceFile> {
  return sourceFile('image/jpeg', picture().jpeg())
}

describe('a copyright', () => {
  it.skipIf(!hasExiftool).each(['jpeg', 'png', 'webp', 'avif', 'tiff'] as const)(
    'is kept in %s, and nothing else of who and where',
    async (format) => {
      for (const options of [{}, { colourSpace: 'p3' }, { keepIcc: true }] as const) {
        const given = await source()
        const { path } = await make(given, image.fit(40, null, { format, metadata: 'copyright', ...options }))
        const tags = tagsOf(path)
        expect(tags).toMatchObject({
          'XMP-dc:Creator': ['Zoë & Søn', 'Second <Author>'],
          'XMP-dc:Rights': '© 2026 Their Studio',
          'XMP-xmpRights:UsageTerms': 'Ask first.',
          'XMP-xmpRights:WebStatement': 'https://example.com/terms?a=1&b=2',
          'XMP-cc:License': 'https://creativecommons.org/licenses/by/4.0/',
        })
        // EXIF has ASCII alone.
        if (format !== 'tiff') {
          expect(tags).toMatchObject({
            'IFD0:Artist': 'Zoe & Soen; Second <Author>',
            'IFD0:Copyright': '(C) 2026 Their Studio',
          })
        }
        expect(
          Object.keys(tags).filter((tag) => !tag.startsWith('ICC') && /GPS|Serial|Model|Make|Lens|Owner/i.test(tag)),
        ).toEqual([])
        const bytes = await readFile(path)
        expect(PRIVATE.filter((trace) => bytes.includes(trace))).toEqual([])
      }
    },
  )

  it('comes from EXIF where there is no XMP, and from no metadata there is none', async () => {
    const recipe = image.fit(40, null, { metadata: 'copyright' })
    const exif = await sourceFile('image/jpeg', open(quadrants(80, 60)).withExif(EXIF).jpeg())
    const made = await sharp((await make(exif, recipe)).path).metadata()
    expect(made.xmp?.toString()).toContain('<rdf:li>Somebody Real</rdf:li>')
    for (const bare of [
      await sourceFile('image/jpeg', open(quadrants(80, 60)).jpeg()),
      await sourceFile(
        'image/png',
        open(quadrants(80, 60))
          .withExif({ IFD0: { Model: 'Camera 9' } })
          .png(),
      ),
    ]) {
      const { exif: none, xmp, iptc } = await sharp((await make(bare, recipe)).path).metadata()
      expect({ none, xmp, iptc }).toEqual({})
    }
  })

  it('is dropped unless it is wanted', async () => {
    const { path } = await make(await source(), image.fit(40))
    expect((await readFile(path)).includes('Studio')).toBe(false)
  })
})

describe('the readers of credits', () => {
  it('take what is well-formed, and nothing of anything else', () => {
    for (const read of [exifCredits, iptcCredits, xmpCredits]) {
      for (const bytes of [
        '',
        'II',
        'MM\0*\0\0\0\x08',
        'II*\0\xff\xff\xff\xff',
        '<dc:creator',
        '<dc:creator><rdf:li',
        '\x1c\x02\x50\x00\xff',
      ]) {
        expect(read(Buffer.from(bytes, 'latin1'))).toEqual({})
      }
    }
  })

  it('read by-lines and notice of IPTC in UTF-8 and Latin-1', () => {
    const dataset = (number: number, value: Buffer): Buffer =>
      Buffer.concat([Buffer.from([0x1c, 2, number, 0, value.length]), value])
    const block = Buffer.concat([
      Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x30', 'latin1'),
      dataset(80, Buffer.from('Zoë')),
      dataset(90, Buffer.from('Secret City')),
      dataset(80, Buffer.from('S\xf8n', 'latin1')),
      dataset(116, Buffer.from('© Studio')),
    ])
    expect(iptcCredits(block)).toEqual({ artists: ['Zoë', 'Søn'], rights: '© Studio' })
  })

  it('join the two copyrights of EXIF, in either byte order', async () => {
    const text = 'Photo\0Edit\0'
    const big = Buffer.alloc(26 + text.length)
    big.write('MM\0*', 'latin1')
    big.writeUInt32BE(8, 4)
    big.writeUInt16BE(1, 8)
    big.writeUInt16BE(0x8298, 10)
    big.writeUInt16BE(2, 12)
    big.writeUInt32BE(text.length, 14)
    big.writeUInt32BE(26, 18)
    big.write(text, 26, 'latin1')
    expect(exifCredits(big)).toEqual({ rights: 'Photo, Edit' })
    const little = await sharp(
      await open(quadrants(8, 8))
        .withExif({ IFD0: { Artist: 'Somebody' } })
        .jpeg()
        .toBuffer(),
    ).metadata()
    expect(exifCredits(little.exif ?? Buffer.of())).toEqual({ artists: ['Somebody'] })
  })

  it('read back what is written, whatever characters it has', () => {
    const copyright = {
      artists: ['<a> & "b"', "c'd"],
      rights: ']]>&amp;',
      terms: '😀',
      statement: 'https://x/?a=1&b="2"',
      licence: 'urn:<x>',
    }
    expect(xmpCredits(Buffer.from(xmpOf(copyright)))).toEqual(copyright)
  })
})
