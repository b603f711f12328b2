import { type ErrorCode, isRindleError, RindleError } from '@rindle/core'
import { type DecoderEnd, DecoderEnded, DecoderVerdict } from './decoder-process.ts'

/** What was being done when sharp failed. */
export interface FailedStep {
  /** `read` the header, `decode` the source (and what follows in the same pipeline), `encode` pixels that are there. */
  readonly step: 'read' | 'decode' | 'encode'
  /** Of the source. */
  readonly contentType: string
  /** The variants that the step was for, if any. */
  readonly variants?: readonly string[]
}

interface Mapping {
  readonly pattern: RegExp
  readonly code: ErrorCode
  readonly what: string
}

// sharp has no error codes: the text is all there is. The first that fits counts.
const MAPPINGS: readonly Mapping[] = [
  {
    pattern: /^Input file is missing|^ENOENT/,
    code: 'variant_source_not_found',
    what: 'the file is not there; check that it is still stored',
  },
  {
    // Of the system, which says nothing about the bytes.
    pattern:
      /^E(?!NOSPC|DQUOT)[A-Z0-9]+: |system error: (Input\/output error|Permission denied|Stale|Too many open files)/,
    code: 'processing_failed',
    what: 'the file could not be read from the disk; check the work directory',
  },
  {
    pattern: /exceeds pixel limit/,
    code: 'limit_exceeded',
    what: 'it has more pixels than may be decoded',
  },
  {
    pattern: /exceeds channel limit/,
    code: 'unsupported_codec',
    what: 'it has more channels than a picture of colours and transparency',
  },
  {
    pattern: /Security limit exceeded/,
    code: 'limit_exceeded',
    what: "it asks for more than the decoder's safety limits allow",
  },
  {
    pattern:
      /unsupported image format|[Uu]nsupported (feature|codec|color|colour|JPEG|tiff image type)|has not been built in|not (supported|configured|implemented)|omitted at compile time|bad labq format|no known route/,
    code: 'unsupported_codec',
    what: 'it is coded in a way that cannot be decoded here; save it as JPEG, PNG, WebP or AVIF, and upload that',
  },
  {
    pattern: /^timeout: /,
    code: 'processing_timeout',
    what: 'it took longer than it may; raise `timeoutSeconds` of imageProcessor or lower the `maxPixels` of the profile',
  },
  {
    pattern: /No space left on device|Disk quota exceeded|^E(NOSPC|DQUOT): /,
    code: 'insufficient_disk',
    what: 'the disk is full; free space in the work directory',
  },
  {
    pattern: /[Oo]ut of memory|(unable to|not) allocate/,
    code: 'insufficient_memory',
    what: 'there is not enough memory; lower `concurrency` or `maxDecodedBytes` of imageProcessor',
  },
  {
    // In the first line only: after a decoder has failed, the encoder behind it complains too.
    pattern: /^[^\n]*(write error|unable to (open for )?write|unable to encode|(jpeg|png|webp|heif)save|vips2png)/,
    code: 'processing_failed',
    what: 'the output could not be encoded or written',
  },
]

const DAMAGED: Omit<Mapping, 'pattern'> = {
  code: 'corrupt_media',
  what: 'the file is truncated or damaged; upload it again',
}
const FAILED: Omit<Mapping, 'pattern'> = { code: 'processing_failed', what: 'sharp failed' }

const ENDED: Readonly<Record<DecoderEnd, Omit<Mapping, 'pattern'>>> = {
  crashed: { code: 'processing_failed', what: 'the decoder process crashed' },
  killed: {
    code: 'process_killed',
    what: 'the decoder process was killed from outside, by the system perhaps, for want of memory',
  },
  timed_out: {
    code: 'processing_timeout',
    what: 'the decoder process was killed, because it took longer than it may; raise `timeoutSeconds` of imageProcessor',
  },
  // By what it held of other work, too: no verdict about this file.
  out_of_memory: {
    code: 'processing_failed',
    what: 'the decoder process held more than `maxMemoryBytes` of imageProcessor; raise that or lower the `maxPixels` of the profile',
  },
  stopped: { code: 'process_killed', what: 'the decoder process was stopped' },
  unstartable: {
    code: 'setup_incomplete',
    what: 'no decoder process could be started; check the memory, the number of processes and the installation of sharp',
  },
}

/**
 * Gives the `RindleError` for a failure of sharp, or for the end of the process that it ran in, with the original as
 * `cause`; what is one already stays as it is. Nothing else reads the errors of sharp.
 */
export function mapError(error: unknown, step: FailedStep): RindleError {
  if (isRindleError(error)) return error
  const text = error instanceof Error ? error.message : String(error)
  const variants = step.variants ?? []
  const options = { details: { step: step.step, contentType: step.contentType, variants }, cause: error }
  const purpose = variants.length === 0 ? '' : ` for ${variants.join(', ')}`
  const failed = `Could not ${step.step} the ${step.contentType}${purpose}`
  if (error instanceof DecoderEnded) {
    const { code, what } = ENDED[error.end]
    // A new process may do.
    return new RindleError(code, `${failed}: ${what} (${text}).`, { ...options, retryable: true })
  }
  if (error instanceof DecoderVerdict) return new RindleError(error.code, text, options)
  const found = MAPPINGS.find(({ pattern }) => pattern.test(text))
  // Bytes that their decoder refuses are the fault of the file; an encoder was given sound pixels.
  const { code, what } = found ?? (step.step === 'encode' ? FAILED : DAMAGED)
  return new RindleError(code, `${failed}: ${what} (sharp: ${firstLine(text)}).`, options)
}

// Later lines repeat or follow from the first. Where the file lies on this machine is nobody's business who may read it.
function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  return line
    .replace(/(: |, open |^)?'?(\/|[A-Za-z]:\\)\S+/g, '')
    .replace(/^: /, '')
    .trim()
}
