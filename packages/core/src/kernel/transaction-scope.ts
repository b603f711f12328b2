import { AsyncLocalStorage } from 'node:async_hooks'

const scope = new AsyncLocalStorage<true>()

/** Runs work that belongs to one database transaction. */
export function withinTransaction<T>(work: () => Promise<T>): Promise<T> {
  return scope.run(true, work)
}

/**
 * Throws when it is called from within a transaction: storage may take seconds, and the rows that are locked meanwhile
 * hold up everybody else. A defect of Rindle itself, so no code of the error table.
 */
export function assertOutsideTransaction(what: string): void {
  if (scope.getStore() === true) throw new Error(`${what} is never reached from within a database transaction.`)
}
