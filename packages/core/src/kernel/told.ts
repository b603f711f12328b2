/** Errors whose work has told the log more than can be said of its job. */
const told = new WeakSet<Error>()

/** Says of an error, which goes up to the queue, that the log has it. */
export function markTold(error: Error): Error {
  told.add(error)
  return error
}

/** Whether that was said of what was thrown. */
export function isTold(error: unknown): boolean {
  return error instanceof Error && told.has(error)
}
