import { AsyncLocalStorage } from 'node:async_hooks'

const scope = new AsyncLocalStorage<true>()

/** Runs work that is part of a database transaction. */
export function withinTransaction<T>(work: () => Promise<T>): Promise<T> {
  return scope.run(true, work)
}

/**
 * Throws within a transaction: storage may take seconds, and locked rows would block everybody meanwhile. Such a call
 * is a defect of Rindle itself, so the error has no code.
 */
export function assertOutsideTransaction(what: string): void {
  if (scope.getStore() === true) throw new Error(`${what} must not be called within a database transaction.`)
}
