/** So many must have been seen before it says anything what most of them are. */
export const LEAST_SEEN = 20

/**
 * Whether so many missing objects, or objects that no row knows, are rather a sign that the storage or the database is
 * not the one that is meant: more than half, of at least {@link LEAST_SEEN}. Pure.
 */
export function isImplausible({ seen, amiss }: { readonly seen: number; readonly amiss: number }): boolean {
  return seen >= LEAST_SEEN && amiss * 2 > seen
}

/** After so many calls in a row without an answer a storage is taken to be down. */
export const DOWN_AFTER_FAILURES = 10

/** Whether a storage is down, rather than one of its objects at fault. Pure. */
export function isDown(failuresInARow: number): boolean {
  return failuresInARow >= DOWN_AFTER_FAILURES
}
