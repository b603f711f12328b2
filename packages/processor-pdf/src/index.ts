export { pdfProcessor } from './create-pdf-processor.ts'
export type { PdfProcessorOptions } from './options.ts'
