import { errorText } from '../../domain/error-text.ts'

const LONGEST = 300

/** The reason of a failure, in one line without its full stop and without the contents of URLs. */
export function reasonOf(error: unknown): string {
  return errorText(error).replace(/\.$/, '').slice(0, LONGEST)
}
