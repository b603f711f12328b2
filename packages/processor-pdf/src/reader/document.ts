import { open } from 'node:fs/promises'
import type { DocumentFacts } from './orders.ts'
import { allocate, type Pdfium, withMemory } from './pdfium.ts'
import { Verdict } from './verdict.ts'

/** A document in PDFium's memory. It stays open until its thread ends. */
export interface Document {
  readonly pdfium: Pdfium
  readonly handle: number
  readonly pages: number
}

/** A size in points, 1/72 inch. */
export interface PageSize {
  readonly width: number
  readonly height: number
}

const READ_BYTES = 16 * 1024 ** 2
// Whoever stores it keeps less.
const MAX_TITLE_BYTES = 4096

// PDFium's codes of errors.
const NEEDS_PASSWORD = 4
const UNKNOWN_ENCRYPTION = 5

/** Opens a document. Rejects with a {@link Verdict}, or with the error of reading the file. */
export async function openDocument(pdfium: Pdfium, path: string): Promise<Document> {
  const { pointer, size } = await readInto(pdfium, path)
  const handle = pdfium._FPDF_LoadMemDocument(pointer, size, 0)
  if (handle === 0) throw refusal(pdfium._FPDF_GetLastError())
  const pages = pdfium._FPDF_GetPageCount(handle)
  if (pages < 1) throw new Verdict('corrupt_media', 'The PDF has no pages. Save it again, and upload that.')
  return { pdfium, handle, pages }
}

/** The facts of a document, without loading a page. */
export function factsOf(document: Document): DocumentFacts {
  const { width, height } = pageSize(document, 0)
  return { pages: document.pages, title: titleOf(document), pageWidth: width, pageHeight: height }
}

/** The size of a page as displayed, with its rotation and crop box, without loading it. `index` counts from 0. */
export function pageSize({ pdfium, handle }: Document, index: number): PageSize {
  return withMemory(pdfium, 8, (pointer) => {
    if (pdfium._FPDF_GetPageSizeByIndexF(handle, index, pointer) === 0) throw damaged(index)
    const [width = 0, height = 0] = new Float32Array(pdfium.HEAPU8.buffer, pointer, 2)
    if (!(width > 0 && height > 0 && Number.isFinite(width * height))) throw damaged(index)
    return { width, height }
  })
}

/** A page for as long as `use` runs. */
export async function withPage<Result>(
  { pdfium, handle }: Document,
  index: number,
  use: (page: number) => Result | Promise<Result>,
): Promise<Result> {
  const page = pdfium._FPDF_LoadPage(handle, index)
  if (page === 0) throw damaged(index)
  try {
    return await use(page)
  } finally {
    pdfium._FPDF_ClosePage(page)
  }
}

// Straight into PDFium's memory, so that there is no second copy.
async function readInto(pdfium: Pdfium, path: string): Promise<{ pointer: number; size: number }> {
  await using file = await open(path)
  const { size } = await file.stat()
  const pointer = allocate(pdfium, Math.max(1, size))
  let done = 0
  while (done < size) {
    const { bytesRead } = await file.read(pdfium.HEAPU8, pointer + done, Math.min(size - done, READ_BYTES), done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return { pointer, size: done }
}

function refusal(code: number): Verdict {
  if (code === NEEDS_PASSWORD) {
    return new Verdict('unsupported_codec', 'The PDF opens only with a password. Save it without one, and upload that.')
  }
  if (code === UNKNOWN_ENCRYPTION) {
    const message = 'The PDF is encrypted in an unknown way. Save it without encryption, and upload that.'
    return new Verdict('unsupported_codec', message)
  }
  return new Verdict('corrupt_media', 'The PDF is cut off or damaged. Save it again, and upload that.')
}

function damaged(index: number): Verdict {
  return new Verdict('corrupt_media', `Page ${index + 1} of the PDF is damaged. Save it again, and upload that.`)
}

function titleOf({ pdfium, handle }: Document): string | null {
  const tag = Buffer.from('Title\0')
  return withMemory(pdfium, tag.byteLength, (tagPointer) => {
    pdfium.HEAPU8.set(tag, tagPointer)
    const bytes = pdfium._FPDF_GetMetaText(handle, tagPointer, 0, 0)
    if (bytes <= 2) return null
    return withMemory(pdfium, bytes, (pointer) => {
      pdfium._FPDF_GetMetaText(handle, tagPointer, pointer, bytes)
      const kept = pdfium.HEAPU8.subarray(pointer, pointer + Math.min(bytes - 2, MAX_TITLE_BYTES))
      return Buffer.from(kept).toString('utf16le').trim() || null
    })
  })
}
