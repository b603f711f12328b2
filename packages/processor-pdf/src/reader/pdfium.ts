import { PDFiumModule } from '@hyzyla/pdfium'

/**
 * The functions of PDFium that are used here, by their names in its C headers. Every handle and every pointer is a
 * number, and 0 is none. No function that runs an action of a document is among them, and this build has no JavaScript
 * for documents.
 */
export interface Pdfium {
  readonly HEAPU8: Uint8Array<ArrayBuffer>
  _malloc(bytes: number): number
  _free(pointer: number): void
  _FPDF_InitLibraryWithConfig(config: number): void
  _FPDF_LoadMemDocument(bytes: number, size: number, password: number): number
  _FPDF_CloseDocument(document: number): void
  _FPDF_GetLastError(): number
  _FPDF_GetPageCount(document: number): number
  _FPDF_GetPageSizeByIndexF(document: number, index: number, size: number): number
  _FPDF_GetMetaText(document: number, tag: number, buffer: number, bytes: number): number
  _FPDF_LoadPage(document: number, index: number): number
  _FPDF_ClosePage(page: number): void
  _FPDFBitmap_CreateEx(width: number, height: number, format: number, buffer: number, stride: number): number
  _FPDFBitmap_FillRect(
    bitmap: number,
    left: number,
    top: number,
    width: number,
    height: number,
    colour: number,
  ): number | void
  _FPDFBitmap_Destroy(bitmap: number): void
  _FPDF_RenderPageBitmap(
    bitmap: number,
    page: number,
    left: number,
    top: number,
    width: number,
    height: number,
    rotation: number,
    flags: number,
  ): void
  _FPDFDOC_InitFormFillEnvironment(document: number, callbacks: number): number
  _FPDFDOC_ExitFormFillEnvironment(form: number): void
  _FPDF_FFLDraw(
    form: number,
    bitmap: number,
    page: number,
    left: number,
    top: number,
    width: number,
    height: number,
    rotation: number,
    flags: number,
  ): void
  _FPDFText_LoadPage(page: number): number
  _FPDFText_ClosePage(text: number): void
  _FPDFText_CountChars(text: number): number
  _FPDFText_GetText(text: number, start: number, count: number, buffer: number): number
  _FPDFText_GetUnicode(text: number, index: number): number
  _FPDFText_GetTextObject(text: number, index: number): number
  _FPDFTextObj_GetFont(object: number): number
  _FPDFFont_GetIsEmbedded(font: number): number
  _FPDFFont_GetGlyphPath(font: number, codePoint: number, size: number): number
}

const MAX_ALLOCATION_BYTES = 2 ** 31 - 1

let loading: Promise<Pdfium> | undefined

/** Loads PDFium into this thread, once. */
export function loadPdfium(): Promise<Pdfium> {
  loading ??= load()
  return loading
}

/** Memory of PDFium for as long as `use` runs. Throws if there is none. */
export function withMemory<Result>(pdfium: Pdfium, bytes: number, use: (pointer: number) => Result): Result {
  const pointer = allocate(pdfium, bytes)
  try {
    return use(pointer)
  } finally {
    pdfium._free(pointer)
  }
}

/** Allocates memory of PDFium. Throws if there is none. */
export function allocate(pdfium: Pdfium, bytes: number): number {
  // Beyond its address space, the size would wrap around. Pointers come back signed.
  const pointer = bytes > MAX_ALLOCATION_BYTES ? 0 : pdfium._malloc(bytes) >>> 0
  if (pointer === 0) throw new Error(`PDFium has no memory for ${bytes} bytes.`)
  return pointer
}

async function load(): Promise<Pdfium> {
  // Its types name only the functions that its own wrapper calls.
  const pdfium = (await PDFiumModule({})) as unknown as Pdfium
  // 0: the defaults, which have no fonts of the system.
  pdfium._FPDF_InitLibraryWithConfig(0)
  return pdfium
}
