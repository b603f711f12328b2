const NONE = Symbol('no error')

/** Keeps what a block is using. Its names are those that a compiler calls. */
export interface UsingContext {
  /** The error that the block ended with. */
  e: unknown
  /** Takes a value of `using`. */
  readonly u: <Value>(value: Value) => Value
  /** Takes a value of `await using`. */
  readonly a: <Value>(value: Value) => Value
  /** Disposes of all, the last first, and throws what is left to be thrown. */
  d(): unknown
}

class SuppressedError extends Error {
  override readonly name: string = 'SuppressedError'
  readonly error: unknown
  readonly suppressed: unknown

  constructor(error: unknown, suppressed: unknown) {
    super('An error was suppressed during disposal.')
    this.error = error
    this.suppressed = suppressed
  }
}

/** Does what `using` does, for sources that are compiled for Node 22: see `lower-using.ts`. */
export default function usingContext(): UsingContext {
  const taken: { readonly dispose: () => unknown; readonly isAsync: boolean }[] = []
  const take = <Value>(value: Value, isAsync: boolean): Value => {
    taken.push({ dispose: disposalOf(value, isAsync), isAsync })
    return value
  }
  return {
    e: NONE,
    u: (value) => take(value, false),
    a: (value) => take(value, true),
    d() {
      let error = this.e
      const fail = (thrown: unknown): void => {
        error = error === NONE ? thrown : new SuppressedError(thrown, error)
      }
      const disposeOfRest = (): unknown => {
        for (let last = taken.pop(); last !== undefined; last = taken.pop()) {
          try {
            const result = last.dispose()
            if (last.isAsync) return Promise.resolve(result).catch(fail).then(disposeOfRest)
          } catch (thrown) {
            fail(thrown)
          }
        }
        if (error !== NONE) throw error
        return undefined
      }
      return disposeOfRest()
    },
  }
}

function disposalOf(value: unknown, isAsync: boolean): () => unknown {
  if (value === null || value === undefined) return () => undefined
  const { [Symbol.asyncDispose]: disposeAsync, [Symbol.dispose]: dispose } = value as Partial<
    AsyncDisposable & Disposable
  >
  const method = (isAsync ? disposeAsync : undefined) ?? dispose
  if (typeof method !== 'function') throw new TypeError('A value of `using` has no method to dispose of it.')
  return () => method.call(value)
}
