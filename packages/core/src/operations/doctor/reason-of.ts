import { isRindleError } from '../../domain/errors.ts'

const LONGEST = 300

/** Why something failed, in one line without its full stop and without what a URL may hold. */
export function reasonOf(error: unknown): string {
  return textOf(error)
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '[url]')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '')
    .slice(0, LONGEST)
}

function textOf(error: unknown): string {
  if (isRindleError(error)) return error.message
  if (!(error instanceof Error)) return String(error)
  // What `fetch` throws says nothing itself; a refused connection to a name with two addresses has a code alone.
  const { cause } = error
  if (error.message === 'fetch failed' && cause instanceof Error) return textOf(cause)
  return error.message === '' && 'code' in error ? String(error.code) : error.message
}
