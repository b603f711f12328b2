import { writeFile } from 'node:fs/promises'
import type { NormalText } from '../recipes/text-kind.ts'
import { type Document, withPage } from './document.ts'
import type { WrittenText } from './orders.ts'
import { type Pdfium, withMemory } from './pdfium.ts'

const PAGE_BREAK = '\f'

/** Writes the text of the first pages as UTF-8, with a form feed between them. */
export async function writeText(
  document: Document,
  { pages, maxCharacters }: NormalText,
  path: string,
): Promise<WrittenText> {
  const count = Math.min(pages, document.pages)
  let text = ''
  let done = 0
  while (done < count && text.length < maxCharacters) {
    const page = await withPage(document, done, (handle) => textOf(document.pdfium, handle))
    text += done === 0 ? page : PAGE_BREAK + page
    done += 1
  }
  const isCut = done < document.pages || text.length > maxCharacters
  // A character of two units is never cut in half.
  const kept = text.slice(0, maxCharacters).replace(/[\uD800-\uDBFF]$/, '')
  const bytes = Buffer.from(kept)
  await writeFile(path, bytes)
  return { byteSize: bytes.byteLength, characters: kept.length, pages: done, isCut }
}

function textOf(pdfium: Pdfium, page: number): string {
  const text = pdfium._FPDFText_LoadPage(page)
  if (text === 0) return ''
  try {
    const count = pdfium._FPDFText_CountChars(text)
    if (count <= 0) return ''
    return withMemory(pdfium, (count + 1) * 4, (pointer) => {
      // Units, and the zero behind them.
      const units = pdfium._FPDFText_GetText(text, 0, count, pointer)
      const bytes = pdfium.HEAPU8.subarray(pointer, pointer + Math.max(0, units - 1) * 2)
      return clean(Buffer.from(bytes).toString('utf16le'))
    })
  } finally {
    pdfium._FPDFText_ClosePage(text)
  }
}

// Lines end as everywhere else. PDFium marks a hyphen at the end of a line with a control character, between the parts
// of one word.
function clean(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]|[\uFFFE\uFFFF]/gu, '')
    .toWellFormed()
}
