/** One page of a made document. */
export interface MadePage {
  /** `[left, bottom, right, top]` in points. @default [0, 0, 200, 100] */
  readonly box?: readonly number[]
  /** Its drawing operators. */
  readonly content?: string
  /** Further entries of the page, `/Rotate 90`. */
  readonly entries?: string
}

/** Options of a made document. */
export interface MadeDocument {
  /** As the file has it, `(Plan)` or `<FEFF…>`. */
  readonly title?: string
  /** The font `/F1`. @default Helvetica, which every reader has */
  readonly font?: string
  /** Further entries of the catalog, `/OpenAction …`. */
  readonly catalog?: string
}

const HELVETICA = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>'

/** A font for Japanese that is not embedded: the reader's system must have one. */
export const ABSENT_FONT =
  '<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiMin-W3 /Encoding /UniJIS-UCS2-H /DescendantFonts [<< /Type /Font ' +
  '/Subtype /CIDFontType0 /BaseFont /HeiseiMin-W3 /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) ' +
  '/Supplement 2 >> /FontDescriptor << /Type /FontDescriptor /FontName /HeiseiMin-W3 /Flags 4 /ItalicAngle 0 ' +
  '/Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 /FontBBox [0 -200 1000 800] >> >>] >>'

/** A PDF of these pages, with a table of its objects. */
export function pdfOf(
  pages: readonly MadePage[],
  { title, font = HELVETICA, catalog = '' }: MadeDocument = {},
): Buffer {
  const pageNumber = (index: number): number => 5 + index * 2
  const kids = pages.map((_, index) => `${pageNumber(index)} 0 R`).join(' ')
  const objects = [
    `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    font,
    title === undefined ? '<< >>' : `<< /Title ${title} >>`,
    ...pages.flatMap(({ box = [0, 0, 200, 100], content = '', entries = '' }, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [${box.join(' ')}] /Contents ${pageNumber(index) + 1} 0 R ` +
        `/Resources << /Font << /F1 3 0 R >> >> ${entries} >>`,
      `<< /Length ${Buffer.byteLength(content)} >>\nstream\n${content}\nendstream`,
    ]),
  ]
  return fileOf(objects)
}

function fileOf(objects: readonly string[]): Buffer {
  let file = '%PDF-1.7\n'
  const places = objects.map((object, index) => {
    const place = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return `${String(place).padStart(10, '0')} 00000 n \n`
  })
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join('')}`
  const trailer = `trailer << /Size ${objects.length + 1} /Root 1 0 R /Info 4 0 R >>\nstartxref\n${file.length}\n%%EOF\n`
  return Buffer.from(file + table + trailer, 'latin1')
}

/** Operators that write one line. */
export function line(text: string, size = 24, x = 10, y = 40): string {
  return `BT /F1 ${size} Tf ${x} ${y} Td (${text}) Tj ET`
}

/** Operators that fill a rectangle, in a colour of `red green blue` from 0 to 1. */
export function filled(colour: string, [x, y, width, height]: readonly number[]): string {
  return `${colour} rg ${x} ${y} ${width} ${height} re f`
}

/** A page that takes PDFium more than ten seconds: shapes that cover one another, each of many crossing lines. */
export function slowPage(): MadePage {
  const star = Array.from({ length: 400 }, (_, index) => `${(index * 7919) % 1000} ${(index * 104_729) % 1000} l`)
  return { box: [0, 0, 1000, 1000], content: `0 0 m ${star.join(' ')} f* `.repeat(6000) }
}
