export { PAGE_FORMATS, type PageFormat } from './formats.ts'
export { type NormalPage, type PageOptions, pdfPageKind } from './page-kind.ts'
export { type Pdf, pdf } from './pdf.ts'
export { type NormalText, pdfTextKind, type TextOptions } from './text-kind.ts'
