import { pdfPageKind } from './page-kind.ts'
import { pdfTextKind } from './text-kind.ts'

/** The recipes for PDF documents. */
export interface Pdf {
  /** An image of one page. */
  readonly page: typeof pdfPageKind
  /** The text of the first pages. */
  readonly text: typeof pdfTextKind
}

/** The recipes for PDF documents. Each returns a plain value for the `variants` of a profile, and never throws. */
export const pdf: Pdf = { page: pdfPageKind, text: pdfTextKind }
