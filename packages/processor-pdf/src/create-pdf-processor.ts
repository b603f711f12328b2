import type { Processor } from '@rindle/core'
import { defineProcessor, type ProbeResult } from '@rindle/core/adapter'
import { throwIfCancelled } from './cancellation.ts'
import { diagnose } from './diagnose.ts'
import { type PdfProcessorOptions, parseOptions } from './options.ts'
import { processVariants } from './process-variants.ts'
import type { DocumentFacts } from './reader/orders.ts'
import { pdfPageKind } from './recipes/page-kind.ts'
import { pdfTextKind } from './recipes/text-kind.ts'
import { Slots } from './slots.ts'
import { openDocument, withReader } from './with-reader.ts'

/**
 * Makes images and text from PDF documents, with PDFium. Throws `config_invalid` with every problem of the options; does
 * no I/O.
 *
 * Each document is read in a process of its own, which begins with its work and ends with it. At most `concurrency` of
 * them are probed at once, and as many are worked on. `stop` waits for both.
 */
export function pdfProcessor(options: PdfProcessorOptions = {}): Processor {
  const config = parseOptions(options)
  // A probe holds back an upload, so it never waits behind pages.
  const probes = new Slots(config.concurrency)
  const works = new Slots(config.concurrency)
  const underWay = new Set<Promise<unknown>>()
  const track = async <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work)
    try {
      return await work
    } finally {
      underWay.delete(work)
    }
  }
  return defineProcessor({
    name: 'pdf',
    recipes: [pdfPageKind, pdfTextKind],
    probes: new Set(['application/pdf']),
    async stop() {
      await Promise.allSettled(underWay)
    },
    async probe(source, { signal }) {
      const read = (): Promise<DocumentFacts> =>
        withReader(config, signal, (reader) => openDocument(reader, source, config, signal))
      const facts = await track(probes.run(read, signal))
      throwIfCancelled(signal)
      return probeResult(facts)
    },
    process: (request) => track(works.run(() => processVariants(request, config), request.signal)),
    diagnose: (context) => diagnose(context, config),
  })
}

// A page has no pixels of its own, so there is no width and height. Nothing names a person: no author, no program.
function probeResult({ pages, title, pageWidth, pageHeight }: DocumentFacts): ProbeResult {
  const named = title === null ? {} : { title }
  return { kind: 'other', metadata: { format: 'pdf', pages, ...named, pageWidth, pageHeight } }
}
