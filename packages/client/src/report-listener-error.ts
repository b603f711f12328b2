/** What a listener throws is its owner's: it becomes an uncaught error, as of any event listener, and stops nothing. */
export function reportListenerError(error: unknown): void {
  if (typeof reportError === 'function') return reportError(error)
  // Node has none.
  queueMicrotask(() => {
    throw error
  })
}
