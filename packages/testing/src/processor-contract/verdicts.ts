import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { type ErrorCode, isRindleError, type RindleError, type SourceFile } from '@rindle/core'
import type { VariantOutcome } from '@rindle/core/adapter'

/** Codes by which a processor says that the file itself is at fault: the file is refused, or its variant failed for good. */
const FILE_FAULTS: readonly ErrorCode[] = ['corrupt_media', 'limit_exceeded', 'unsupported_codec']

/** Checks that an error is a `RindleError` with that code, final, and that its message does not name the file's path. */
export function isVerdict(error: unknown, code: ErrorCode, source: SourceFile): void {
  assert.equal(readable(error, source).code, code)
  assert.equal(readable(error, source).retryable, false, `${code} is about the bytes, so it must not be retryable`)
}

/** Checks that an error is a `RindleError` that does not blame the file, because its bytes were not read. */
export function isNoVerdict(error: unknown, source: SourceFile): void {
  const { code } = readable(error, source)
  assert.ok(!FILE_FAULTS.includes(code), `${code} is a verdict about bytes that were not read`)
}

/** The errors of outcomes, all of which must be failures, of exactly these variants. */
export function errorsOf(outcomes: ReadonlyMap<string, VariantOutcome>, names: readonly string[]): readonly Error[] {
  assert.deepEqual([...outcomes.keys()].toSorted(), names.toSorted(), 'each variant must have one outcome')
  return [...outcomes.values()].map((outcome) =>
    'error' in outcome ? outcome.error : assert.fail(`the variant ${outcome.name} was made`),
  )
}

function readable(error: unknown, source: SourceFile): RindleError {
  if (!isRindleError(error)) assert.fail(`it did not fail with a RindleError: ${String(error)}`)
  assert.ok(!error.message.includes(dirname(source.path)), `the message names the path of the file: ${error.message}`)
  return error
}
