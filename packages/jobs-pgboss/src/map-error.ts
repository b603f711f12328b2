import { isRindleError, RindleError } from '@rindle/core'
import { codeOf, errorText } from '@rindle/core/adapter'

/** Insufficient privilege, undefined schema, undefined table, undefined column, undefined function. */
const SETUP_STATES: ReadonlySet<string> = new Set(['42501', '3F000', '42P01', '42703', '42883'])

/**
 * The Rindle error for an error of pg-boss or its connection. Errors of a host application's transaction are never
 * mapped: its library knows its own errors.
 *
 * @param action the attempted action, as in "while …"
 */
export function mapError(error: unknown, action: string): RindleError {
  if (isRindleError(error)) return error
  const state = codeOf(error)
  if (state !== undefined && SETUP_STATES.has(state)) {
    return new RindleError(
      'setup_incomplete',
      `The job queue is not set up for this database user (SQLSTATE ${state}, while ${action}). ` +
        'Start Rindle once as a user who may create schemas, then grant this user the use of the pg-boss schema.',
      { cause: error },
    )
  }
  return new RindleError(
    'jobs_unavailable',
    `The job queue could not be reached while ${action}: ${errorText(error)}`,
    {
      cause: error,
    },
  )
}
