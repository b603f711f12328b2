/** The smallest sample that says anything about the majority. */
export const LEAST_SEEN = 20

/**
 * Whether this many missing or unknown objects rather mean that the storage or the database is the wrong one: more than
 * half, of at least {@link LEAST_SEEN}. Pure.
 */
export function isImplausible({ seen, amiss }: { readonly seen: number; readonly amiss: number }): boolean {
  return seen >= LEAST_SEEN && amiss * 2 > seen
}

/** After this many calls in a row without an answer, a storage counts as down. */
export const DOWN_AFTER_FAILURES = 10

/** Whether the storage is down, rather than one of its objects broken. Pure. */
export function isDown(failuresInARow: number): boolean {
  return failuresInARow >= DOWN_AFTER_FAILURES
}
