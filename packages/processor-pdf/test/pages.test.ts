import { stat } from 'node:fs/promises'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { PAGE_FORMATS, pdf } from '../src/recipes/index.ts'
import { ABSENT_FONT, filled, line, type MadeDocument, type MadePage, pdfOf } from './pdf-file.ts'
import { make, outcomesOf, sourceFile } from './workbench.ts'

const RED = '1 0 0'
/** The left half is red, the right half is empty. */
const HALF_RED: MadePage = { content: filled(RED, [0, 0, 100, 100]) }

async function source(pages: readonly MadePage[], options?: MadeDocument) {
  return sourceFile(pdfOf(pages, options))
}

/** The colour at a place, of 255 each, with transparency if there is any. */
async function colourAt(path: string, left: number, top: number): Promise<readonly number[]> {
  const { data } = await sharp(path)
    .extract({ left, top, width: 1, height: 1 })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return [...data]
}

async function isBlank(path: string): Promise<boolean> {
  const { channels } = await sharp(path).stats()
  return channels.every(({ min, max }) => min === max)
}

describe('the image of a page', () => {
  it.each(PAGE_FORMATS)('is made as %s, in the size of its box, without metadata', async (format) => {
    const { path, contentType, byteSize, width, height } = await make(
      await source([HALF_RED], { title: '(Secret plan)' }),
      pdf.page({ width: 300, format }),
    )
    expect({ contentType, width, height }).toEqual({ contentType: `image/${format}`, width: 300, height: 150 })
    const metadata = await sharp(path).metadata()
    expect(metadata).toMatchObject({ format: format === 'avif' ? 'heif' : format, width: 300, height: 150 })
    expect(metadata.hasAlpha).toBe(false)
    expect([metadata.exif, metadata.xmp, metadata.icc]).toEqual([undefined, undefined, undefined])
    expect(byteSize).toBe((await stat(path)).size)
  })

  it('fills a box of both sides in its own proportions', async () => {
    const { width, height } = await make(await source([HALF_RED]), pdf.page({ width: 300, height: 90 }))
    expect({ width, height }).toEqual({ width: 180, height: 90 })
  })

  it('shows the colours of the page on white paper', async () => {
    const { path } = await make(await source([HALF_RED]), pdf.page({ width: 200, format: 'png' }))
    expect(await colourAt(path, 50, 50)).toEqual([255, 0, 0])
    expect(await colourAt(path, 150, 50)).toEqual([255, 255, 255])
  })

  it('has paper of the colour that its recipe names, which may be transparent', async () => {
    const made = await outcomesOf(await source([HALF_RED]), {
      blue: pdf.page({ width: 200, format: 'png', background: '#0080ff' }),
      none: pdf.page({ width: 200, format: 'png', background: '#0000' }),
    })
    const paths = [...made.values()].map((outcome) => ('output' in outcome ? outcome.output.path : ''))
    expect(await colourAt(paths[0] ?? '', 150, 50)).toEqual([0, 128, 255])
    expect(await colourAt(paths[0] ?? '', 50, 50)).toEqual([255, 0, 0])
    expect(await colourAt(paths[1] ?? '', 150, 50)).toEqual([0, 0, 0, 0])
    expect(await colourAt(paths[1] ?? '', 50, 50)).toEqual([255, 0, 0, 255])
  })

  it('is of the page that its recipe names', async () => {
    const green: MadePage = { content: filled('0 1 0', [0, 0, 200, 100]) }
    const { path, metadata } = await make(
      await source([HALF_RED, green]),
      pdf.page({ page: 2, width: 200, format: 'png' }),
    )
    expect(await colourAt(path, 100, 50)).toEqual([0, 255, 0])
    expect(metadata).toEqual({ page: 2, missingFonts: false })
  })

  it('is turned and cropped as the page says', async () => {
    const turned = { ...HALF_RED, entries: '/Rotate 90 /CropBox [50 0 200 100]' }
    const { path, width, height } = await make(await source([turned]), pdf.page({ width: 100, format: 'png' }))
    expect({ width, height }).toEqual({ width: 100, height: 150 })
    expect(await colourAt(path, 50, 20)).toEqual([255, 0, 0])
    expect(await colourAt(path, 50, 120)).toEqual([255, 255, 255])
  })

  it('has edges of text without colours, so that it can be scaled', async () => {
    const { path } = await make(await source([{ content: line('Rindle') }]), pdf.page({ width: 400, format: 'png' }))
    const { data } = await sharp(path).raw().toBuffer({ resolveWithObject: true })
    for (let at = 0; at < data.length; at += 3) {
      if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) expect.fail(`colour at pixel ${at / 3}`)
    }
    expect(await isBlank(path)).toBe(false)
  })

  it('shows what was filled into a form', async () => {
    const field =
      '/Annots [<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Ada) /Rect [10 10 190 90] /F 4 ' +
      '/DA (/F1 40 Tf 0 g) /AP << /N 7 0 R >> >>]'
    const appearance: MadePage = { content: '' }
    const form = pdfOf([{ entries: field }, appearance], {
      catalog: '/AcroForm << /Fields [] /DR << /Font << /F1 3 0 R >> >> >>',
    })
    const stream = '/Type /XObject /Subtype /Form /BBox [0 0 180 80] '
    const filledIn = Buffer.from(
      form
        .toString('latin1')
        .replace(
          /7 0 obj\n[^]*?endobj/,
          `7 0 obj\n<< ${stream}/Length 28 >>\nstream\n0 0 1 rg 0 0 180 80 re f    \nendstream\nendobj`,
        ),
      'latin1',
    )
    const { path } = await make(await sourceFile(filledIn), pdf.page({ width: 200, format: 'png' }))
    expect(await colourAt(path, 100, 50)).toEqual([0, 0, 255])
  })
})

describe('text in a font that nobody has', () => {
  it('is named by the metadata, because it is invisible', async () => {
    const japanese = 'BT /F1 40 Tf 20 40 Td <65E5672C8A9E> Tj ET'
    const { path, metadata } = await make(
      await source([{ content: japanese }], { font: ABSENT_FONT }),
      pdf.page({ width: 200, format: 'png' }),
    )
    expect(await isBlank(path)).toBe(true)
    expect(metadata).toEqual({ page: 1, missingFonts: true })
  })

  it('is not reported for fonts that every reader has', async () => {
    const { metadata } = await make(await source([{ content: line('Grüße, 100 %') }]), pdf.page({ width: 200 }))
    expect(metadata).toEqual({ page: 1, missingFonts: false })
  })
})
