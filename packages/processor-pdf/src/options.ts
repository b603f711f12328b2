import { availableParallelism } from 'node:os'
import { checkOptions } from '@rindle/core/adapter'
import { z } from 'zod'

const MEBIBYTE = 1024 ** 2
// Node, PDFium and sharp have some 130 MiB after a page of text.
const MIN_MEMORY_BYTES = 256 * MEBIBYTE
const DEFAULT_MEMORY_BYTES = 1024 * MEBIBYTE

/** Options of `pdfProcessor`. */
export interface PdfProcessorOptions {
  /**
   * Documents read at once, each on one core and in a process of its own; 1 to 1,024.
   * @default the number of cores
   */
  readonly concurrency?: number
  /**
   * Resident memory of each process, which is ended above it: the file, the pictures of a page as they are decoded, and
   * 4 bytes for each pixel of the image. A page of text takes 130 MiB, one with a scan of 12 megapixels 180. At least
   * 256 MiB.
   * @default 1 GiB
   */
  readonly maxMemoryBytes?: number
  /**
   * For opening a document and for each variant, 1 to 3,600. PDFium cannot be interrupted, so its process is killed then.
   * @default 60
   */
  readonly timeoutSeconds?: number
}

/** {@link PdfProcessorOptions}, checked and complete. */
export interface PdfProcessorConfig {
  readonly concurrency: number
  readonly maxMemoryBytes: number
  readonly timeoutMs: number
}

const schema = z.strictObject({
  concurrency: z.int().min(1).max(1024).optional(),
  maxMemoryBytes: z.int().min(MIN_MEMORY_BYTES).default(DEFAULT_MEMORY_BYTES),
  timeoutSeconds: z.int().min(1).max(3600).default(60),
})

/** Checks the options, without I/O. Throws `config_invalid` with every problem and its path. */
export function parseOptions(options: PdfProcessorOptions): PdfProcessorConfig {
  const { concurrency, maxMemoryBytes, timeoutSeconds } = checkOptions('pdfProcessor', schema, options)
  return { concurrency: concurrency ?? availableParallelism(), maxMemoryBytes, timeoutMs: timeoutSeconds * 1000 }
}
