import type { ErrorCode } from '@rindle/core'
import type { NormalPage } from '../recipes/page-kind.ts'
import type { NormalText } from '../recipes/text-kind.ts'

/** The facts of a document that is open. */
export interface DocumentFacts {
  readonly pages: number
  /** Untrusted. `null`: the document names none. */
  readonly title: string | null
  /** Points of the first page, 1/72 inch, as displayed. */
  readonly pageWidth: number
  readonly pageHeight: number
}

/** The image of a page that was written and read back. */
export interface WrittenPage {
  readonly format: string
  readonly width: number
  readonly height: number
  readonly byteSize: number
  /** Whether the page has text in a font that is neither embedded nor built in: it is invisible. */
  readonly hasMissingGlyphs: boolean
}

/** Text that was written. */
export interface WrittenText {
  readonly byteSize: number
  /** UTF-16 units. */
  readonly characters: number
  readonly pages: number
  /** Whether the document has more of it. */
  readonly isCut: boolean
}

/** The orders that a reader takes: by kind, with input and answer. */
export interface Orders {
  /** Opens the document, for the orders that follow. */
  readonly open: { readonly given: { path: string }; readonly answer: DocumentFacts }
  readonly render: {
    readonly given: { page: NormalPage; maxPixels: number; path: string }
    readonly answer: WrittenPage
  }
  readonly read_text: { readonly given: { text: NormalText; path: string }; readonly answer: WrittenText }
  /** Loads PDFium and sharp, as work does. */
  readonly try_out: { readonly given: null; readonly answer: { sharp: string } }
}

/** The kinds of {@link Orders}. */
export type OrderKind = keyof Orders

/** From the application. One at a time. */
export interface Order<Kind extends OrderKind = OrderKind> {
  readonly kind: Kind
  readonly given: Orders[Kind]['given']
}

/** Verdicts about bytes. A lack of the machine is not a verdict, and never has one of these codes. */
export type VerdictCode = Extract<ErrorCode, 'unsupported_codec' | 'corrupt_media' | 'limit_exceeded'>

/** From a reader. `failure` is a sentence if there is a verdict, and else the message of an error. */
export type FromReader =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly answer: unknown }
  | { readonly type: 'failed'; readonly failure: string; readonly verdict: VerdictCode | null }
  | { readonly type: 'out_of_memory'; readonly residentBytes: number }

/** The settings of a reader process, as one JSON argument. It holds no secret. */
export interface ReaderSettings {
  /** Resident memory above which the process ends itself. */
  readonly maxMemoryBytes: number
}
