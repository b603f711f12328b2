/** Reports an error of a listener as an uncaught error, as for any event listener; it stops nothing. */
export function reportListenerError(error: unknown): void {
  if (typeof reportError === 'function') return reportError(error)
  // Node has no reportError.
  queueMicrotask(() => {
    throw error
  })
}
