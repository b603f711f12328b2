import { type JsonObject, RindleError } from '../domain/errors.ts'

/** Reads a required text from a job's payload. A job that Rindle did not make lacks it, and is refused. */
export function payloadText(payload: JsonObject, name: string): string {
  const value = payload[name]
  if (typeof value === 'string') return value
  throw new RindleError('invalid_input', `The job's payload has no ${name}.`)
}
