import { type Document, factsOf, openDocument } from './document.ts'
import type { DocumentFacts, Order, OrderKind, Orders, WrittenPage, WrittenText } from './orders.ts'
import { loadPdfium } from './pdfium.ts'
import { tryOut } from './try-out.ts'

/** Follows orders about one document. */
export class Reader {
  #document: Document | undefined

  /** Does as ordered. Rejects with a `Verdict` about the document, or with another error. */
  follow({ kind, given }: Order): Promise<Orders[OrderKind]['answer']> {
    // `given` is what `kind` takes.
    return this.#answers[kind](given as never)
  }

  readonly #answers: {
    readonly [Kind in OrderKind]: (given: Orders[Kind]['given']) => Promise<Orders[Kind]['answer']>
  } = {
    open: (given) => this.#open(given),
    render: (given) => this.#render(given),
    read_text: (given) => this.#readText(given),
    try_out: () => tryOut(),
  }

  async #open({ path }: Orders['open']['given']): Promise<DocumentFacts> {
    this.#document = await openDocument(await loadPdfium(), path)
    return factsOf(this.#document)
  }

  // Only those who make an image load sharp.
  async #render(order: Orders['render']['given']): Promise<WrittenPage> {
    const { renderPage } = await import('./render-page.ts')
    return renderPage(this.#opened(), order)
  }

  async #readText({ text, path }: Orders['read_text']['given']): Promise<WrittenText> {
    const { writeText } = await import('./write-text.ts')
    return writeText(this.#opened(), text, path)
  }

  #opened(): Document {
    if (this.#document === undefined) throw new Error('No document is open.')
    return this.#document
  }
}
