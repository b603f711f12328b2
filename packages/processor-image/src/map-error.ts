import { type ErrorCode, isRindleError, RindleError } from '@rindle/core'
import { type DecoderEnd, DecoderEnded, DecoderVerdict } from './decoder-process.ts'

/** The step in which sharp failed. */
export interface FailedStep {
  /** `read` the header, `decode` the source (and what follows in the same pipeline), `encode` existing pixels. */
  readonly step: 'read' | 'decode' | 'encode'
  /** The content type of the source. */
  readonly contentType: string
  /** The variants of the step, if any. */
  readonly variants?: readonly string[]
}

interface Mapping {
  readonly pattern: RegExp
  readonly code: ErrorCode
  readonly what: string
}

// sharp has no error codes: only the text is available. The first match counts.
const MAPPINGS: readonly Mapping[] = [
  {
    pattern: /^Input file is missing|^ENOENT/,
    code: 'variant_source_not_found',
    what: 'the file does not exist; check that it is still stored',
  },
  {
    // Errors of the system, which say nothing about the bytes.
    pattern:
      /^E(?!NOSPC|DQUOT)[A-Z0-9]+: |system error: (Input\/output error|Permission denied|Stale|Too many open files)/,
    code: 'processing_failed',
    what: 'the file could not be read from the disk; check the work directory',
  },
  {
    pattern: /exceeds pixel limit/,
    code: 'limit_exceeded',
    what: 'it has more pixels than the limit allows',
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
    what: 'it took too long; raise `timeoutSeconds` of imageProcessor or lower the `maxPixels` of the profile',
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
    // Only in the first line: after a decoder has failed, the encoder behind it complains, too.
    pattern: /^[^\n]*(write error|unable to (open for )?write|unable to encode|(jpeg|png|webp|heif)save|vips2png)/,
    code: 'processing_failed',
    what: 'the output could not be encoded or written',
  },
  {
    pattern: /^Decoder \S+ failed: /,
    code: 'processing_failed',
    what: 'its decoder failed',
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
    what: 'the decoder process was killed from outside, perhaps by the system for lack of memory',
  },
  timed_out: {
    code: 'processing_timeout',
    what: 'the decoder process was killed, because it took too long; raise `timeoutSeconds` of imageProcessor',
  },
  // It may hold memory of other work, so this is not a verdict about the file.
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
 * The `RindleError` for a failure of sharp, or for the end of its process, with the original as `cause`; returns a
 * `RindleError` unchanged. Nothing else reads the errors of sharp.
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
    // A new process may succeed.
    return new RindleError(code, `${failed}: ${what} (${text}).`, { ...options, retryable: true })
  }
  if (error instanceof DecoderVerdict) return new RindleError(error.code, text, options)
  const found = MAPPINGS.find(({ pattern }) => pattern.test(text))
  // Bytes that their decoder refuses are the fault of the file; an encoder got sound pixels.
  const { code, what } = found ?? (step.step === 'encode' ? FAILED : DAMAGED)
  return new RindleError(
    code,
    `${failed}: ${what} (${text.startsWith('Decoder ') ? '' : 'sharp: '}${firstLine(text)}).`,
    options,
  )
}

// Later lines repeat or follow from the first. The path of the file on this machine is removed.
function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  return line
    .replace(/(: |, open |^)?'?(\/|[A-Za-z]:\\)\S+/g, '')
    .replace(/^: /, '')
    .trim()
}
