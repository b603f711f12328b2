import { type JsonObject, RindleError } from '../domain/errors.ts'

/** A text that a job's payload must have; a job that Rindle did not make has none, and is refused. */
export function payloadText(payload: JsonObject, name: string): string {
  const value = payload[name]
  if (typeof value === 'string') return value
  throw new RindleError('invalid_input', `The job's payload has no ${name}.`)
}
