import type { NormalPage } from '../recipes/page-kind.ts'
import { type Document, pageSize, withPage } from './document.ts'
import { encodePage } from './encode-page.ts'
import { fitPage, type PixelSize } from './fit-page.ts'
import { hasMissingGlyphs } from './missing-glyphs.ts'
import type { WrittenPage } from './orders.ts'
import { allocate, type Pdfium } from './pdfium.ts'
import { Verdict } from './verdict.ts'

/** An order to render one page into a file. */
export interface RenderOrder {
  readonly page: NormalPage
  readonly maxPixels: number
  readonly path: string
}

const BGRA = 4
const BYTES_PER_PIXEL = 4
// Annotations as a viewer shows them, and red before blue. No text for subpixels: its coloured edges are wrong as soon
// as the image is scaled.
const ANNOTATIONS = 0x01
const RED_FIRST = 0x10

/** Renders and encodes one page. Rejects with a {@link Verdict} before anything is drawn that would be too large. */
export async function renderPage(document: Document, { page, maxPixels, path }: RenderOrder): Promise<WrittenPage> {
  if (page.page > document.pages) {
    const pages = document.pages === 1 ? '1 page' : `${document.pages} pages`
    const message = `The PDF has ${pages}, so there is no page ${page.page}.`
    throw new Verdict('limit_exceeded', message)
  }
  const index = page.page - 1
  // PDFium itself takes any size, and its bitmap overflows without an error.
  const size = fitPage(pageSize(document, index), page, maxPixels)
  return withPage(document, index, async (handle) => {
    const isMissing = hasMissingGlyphs(document.pdfium, handle)
    const pixels = allocate(document.pdfium, size.width * size.height * BYTES_PER_PIXEL)
    try {
      draw(document, handle, { ...size, pixels, background: page.background })
      const written = await encodePage(viewOf(document.pdfium, pixels, size), size, page, path)
      return { ...written, hasMissingGlyphs: isMissing }
    } finally {
      document.pdfium._free(pixels)
    }
  })
}

interface Canvas extends PixelSize {
  readonly pixels: number
  readonly background: string
}

function draw({ pdfium, handle }: Document, page: number, { width, height, pixels, background }: Canvas): void {
  const bitmap = pdfium._FPDFBitmap_CreateEx(width, height, BGRA, pixels, width * BYTES_PER_PIXEL)
  if (bitmap === 0) throw new Error(`PDFium made no bitmap of ${width} × ${height} pixels.`)
  try {
    pdfium._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, fillColour(background))
    pdfium._FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, ANNOTATIONS | RED_FIRST)
    drawForm(pdfium, handle, (form) => {
      pdfium._FPDF_FFLDraw(form, bitmap, page, 0, 0, width, height, 0, RED_FIRST)
    })
  } finally {
    pdfium._FPDFBitmap_Destroy(bitmap)
  }
}

// More than the structure has in any version. Every callback in it is none.
const FORM_CALLBACKS_BYTES = 256
const FORM_VERSION = 2

// The fields of a form are no part of its page. Its actions are never started.
function drawForm(pdfium: Pdfium, document: number, use: (form: number) => void): void {
  const callbacks = allocate(pdfium, FORM_CALLBACKS_BYTES)
  pdfium.HEAPU8.fill(0, callbacks, callbacks + FORM_CALLBACKS_BYTES)
  pdfium.HEAPU8[callbacks] = FORM_VERSION
  const form = pdfium._FPDFDOC_InitFormFillEnvironment(document, callbacks)
  try {
    if (form !== 0) use(form)
  } finally {
    if (form !== 0) pdfium._FPDFDOC_ExitFormFillEnvironment(form)
    pdfium._free(callbacks)
  }
}

// 0xAARRGGBB of a bitmap with blue first; in ours red and blue have changed places.
function fillColour(background: string): number {
  const [red = '', green = '', blue = '', alpha = ''] = background.slice(1).match(/../g) ?? []
  return Number.parseInt(`${alpha}${blue}${green}${red}`, 16)
}

// No copy: the encoder reads PDFium's memory, which nothing changes meanwhile.
function viewOf(pdfium: Pdfium, pixels: number, { width, height }: PixelSize): Buffer {
  return Buffer.from(pdfium.HEAPU8.buffer, pixels, width * height * BYTES_PER_PIXEL)
}
