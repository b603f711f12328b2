import type { SourceFile } from '@rindle/core'
import { throwIfCancelled } from './cancellation.ts'
import { mapError } from './map-error.ts'
import type { PdfProcessorConfig } from './options.ts'
import type { DocumentFacts } from './reader/orders.ts'
import { ReaderProcess } from './reader-process.ts'

/**
 * Starts a process for as long as `use` runs, and kills it as soon as `signal` aborts: its pending order then rejects
 * with `ReaderEnded`. The process is gone when this settles. Rejects with `setup_incomplete` if none can be started.
 */
export async function withReader<Result>(
  { maxMemoryBytes }: PdfProcessorConfig,
  signal: AbortSignal | undefined,
  use: (reader: ReaderProcess) => Promise<Result>,
): Promise<Result> {
  throwIfCancelled(signal)
  const reader = startOne(maxMemoryBytes)
  const onAbort = (): void => void reader.stop()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await use(reader)
  } finally {
    signal?.removeEventListener('abort', onAbort)
    await reader.stop()
  }
}

/**
 * Opens a document and returns its facts. Rejects with `corrupt_media`, or `unsupported_codec` if it needs a password;
 * both are verdicts about the file, other codes are not.
 */
export async function openDocument(
  reader: ReaderProcess,
  { path }: SourceFile,
  { timeoutMs }: PdfProcessorConfig,
  signal: AbortSignal | undefined,
): Promise<DocumentFacts> {
  try {
    return await reader.ask('open', { path }, timeoutMs)
  } catch (error) {
    throwIfCancelled(signal)
    throw mapError(error, null)
  }
}

function startOne(maxMemoryBytes: number): ReaderProcess {
  try {
    return ReaderProcess.start({ maxMemoryBytes })
  } catch (error) {
    throw mapError(error, null)
  }
}
