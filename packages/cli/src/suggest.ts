import { closest, distance } from 'fastest-levenshtein'

/** The known word that `written` was probably meant to be, or `undefined` if none is close enough. Pure. */
export function suggest(written: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined
  const nearest = closest(written, [...known])
  // A transposition counts as two edits; in a short word two edits make any other word.
  const allowed = Math.max(1, Math.min(3, Math.floor(written.length / 2)))
  return distance(written, nearest) <= allowed ? nearest : undefined
}
