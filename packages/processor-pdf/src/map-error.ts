import { type ErrorCode, isRindleError, RindleError } from '@rindle/core'
import { type ReaderEnd, ReaderEnded, ReaderVerdict } from './reader-process.ts'

interface Meaning {
  readonly code: ErrorCode
  readonly what: string
}

const ENDED: Readonly<Record<ReaderEnd, Meaning>> = {
  crashed: { code: 'processing_failed', what: 'the process that read it crashed' },
  killed: {
    code: 'process_killed',
    what: 'the process that read it was killed from outside, perhaps by the system for lack of memory',
  },
  timed_out: {
    code: 'processing_timeout',
    what: 'it took too long, and its process was killed; raise `timeoutSeconds` of pdfProcessor',
  },
  // A setting, and no verdict about the file.
  out_of_memory: {
    code: 'processing_failed',
    what: 'the process that read it held more than `maxMemoryBytes` of pdfProcessor; raise that, or make a smaller image',
  },
  stopped: { code: 'process_killed', what: 'the process that read it was stopped' },
  unstartable: {
    code: 'setup_incomplete',
    what: 'no process could be started for it; check the memory, the number of processes and the installation of sharp',
  },
}

const FAILURES: readonly (Meaning & { readonly pattern: RegExp })[] = [
  {
    pattern: /^ENOENT/,
    code: 'variant_source_not_found',
    what: 'the file does not exist; check that it is still stored',
  },
  {
    pattern: /^E(NOSPC|DQUOT)|No space left on device|Disk quota exceeded/,
    code: 'insufficient_disk',
    what: 'the disk is full; free space in the work directory',
  },
]

const FAILED: Meaning = { code: 'processing_failed', what: 'the page or text could not be made' }

/**
 * The `RindleError` for a failure of a reader, or for the end of its process, with the original as `cause`; returns a
 * `RindleError` unchanged. Only a verdict blames the file. `variant`: its name, if it is about one.
 */
export function mapError(error: unknown, variant: string | null): RindleError {
  if (isRindleError(error)) return error
  const text = error instanceof Error ? error.message : String(error)
  const options = { details: { contentType: 'application/pdf', variant }, cause: error }
  if (error instanceof ReaderVerdict) return new RindleError(error.code, text, options)
  const failed = variant === null ? 'Could not read the PDF' : `Could not make ${variant} from the PDF`
  if (error instanceof ReaderEnded) {
    const { code, what } = ENDED[error.end]
    // A new process may succeed.
    return new RindleError(code, `${failed}: ${what} (${text}).`, { ...options, retryable: true })
  }
  const { code, what } = FAILURES.find(({ pattern }) => pattern.test(text)) ?? FAILED
  return new RindleError(code, `${failed}: ${what} (${withoutPath(text)}).`, options)
}

function withoutPath(text: string): string {
  return (text.split('\n', 1)[0] ?? '').replace(/(, \w+ |: )?'?(\/|[A-Za-z]:\\)\S+/g, '').trim()
}
