import { errorText } from '../../domain/error-text.ts'

const LONGEST = 300

/** Why something failed, in one line without its full stop and without what a URL may hold. */
export function reasonOf(error: unknown): string {
  return errorText(error).replace(/\.$/, '').slice(0, LONGEST)
}
