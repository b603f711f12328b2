import type { Finding, ProcessorDiagnosisContext } from '@rindle/core/adapter'
import { throwIfCancelled } from './cancellation.ts'
import { mapError } from './map-error.ts'
import type { PdfProcessorConfig } from './options.ts'
import { ReaderEnded } from './reader-process.ts'
import { withReader } from './with-reader.ts'

/** Checks that a process can be started, and that PDFium and sharp load in it. */
export async function* diagnose(
  { signal }: ProcessorDiagnosisContext,
  config: PdfProcessorConfig,
): AsyncGenerator<Finding> {
  const id = 'pdfium.ready'
  try {
    const { sharp } = await withReader(config, signal, (reader) => reader.ask('try_out', null, config.timeoutMs))
    yield { id, status: 'ok', summary: `PDFium and sharp ${sharp} are ready` }
  } catch (error) {
    throwIfCancelled(signal)
    if (error instanceof ReaderEnded) throw mapError(error, null)
    const reason = error instanceof Error ? error.message : String(error)
    const fix = 'Install @rindle/processor-pdf anew, with the dependencies that it names.'
    yield { id, status: 'error', summary: `PDFs cannot be read: ${reason}`, fix }
  }
}
