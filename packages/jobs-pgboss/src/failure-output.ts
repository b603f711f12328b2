import { isRindleError } from '@rindle/core'
import { codeOf, errorText } from '@rindle/core/adapter'

/** The stored output of a failed attempt. A type, because pg-boss takes plain objects only. */
export type FailureOutput = {
  readonly name: string
  readonly code: string | null
  readonly message: string
  readonly retryable: boolean
}

/**
 * The part of an error that may be stored in the job table: errors of SDKs carry requests, and requests carry
 * credentials and signed URLs.
 */
export function failureOutput(error: unknown): FailureOutput {
  return {
    name: error instanceof Error ? error.name : typeof error,
    code: codeOf(error) ?? null,
    message: errorText(error),
    retryable: isRindleError(error) ? error.retryable : true,
  }
}
