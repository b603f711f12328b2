// What a compiler calls where a source says `using` and `await using`: `u` and `a` take a value, `e` is the error of the
// block, and `d` disposes in reverse order and throws what is left to be thrown.
const NONE = Symbol('no error')

class Suppressed extends Error {
  constructor(error, suppressed) {
    super('An error was suppressed during disposal.')
    Object.assign(this, { name: 'SuppressedError', error, suppressed })
  }
}

function disposalOf(value, isAsync) {
  if (value === null || value === undefined) return () => undefined
  const dispose = (isAsync ? value[Symbol.asyncDispose] : undefined) ?? value[Symbol.dispose]
  if (typeof dispose !== 'function') throw new TypeError('It cannot be disposed of.')
  return () => dispose.call(value)
}

export default function usingContext() {
  const disposals = []
  const take = (value, isAsync) => {
    disposals.push({ dispose: disposalOf(value, isAsync), isAsync })
    return value
  }
  return {
    e: NONE,
    u: (value) => take(value, false),
    a: (value) => take(value, true),
    d() {
      let error = this.e
      const fail = (thrown) => {
        error = error === NONE ? thrown : new Suppressed(thrown, error)
      }
      const next = () => {
        for (let last = disposals.pop(); last !== undefined; last = disposals.pop()) {
          try {
            const result = last.dispose()
            if (last.isAsync) return Promise.resolve(result).catch(fail).then(next)
          } catch (thrown) {
            fail(thrown)
          }
        }
        if (error !== NONE) throw error
        return undefined
      }
      return next()
    },
  }
}
