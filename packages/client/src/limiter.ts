/** Lets a bounded number of actions run at once; the others wait in order. */
export interface Limiter {
  /** Takes a place without waiting. Returns the function that frees it, or `undefined` if all are taken. */
  tryEnter(): (() => void) | undefined
  /** Runs `action` once there is a place. A cancelled wait rejects with the signal's reason. */
  run<T>(signal: AbortSignal | undefined, action: () => Promise<T>): Promise<T>
}

/** A limiter of `places` places. */
export function createLimiter(places: number): Limiter {
  const waiting = new Set<() => void>()
  let free = places

  const leave = (): void => {
    free += 1
    for (const next of waiting) return next()
  }
  const tryEnter = (): (() => void) | undefined => {
    if (free === 0) return undefined
    free -= 1
    return leave
  }
  const wait = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        waiting.delete(wake)
        signal?.removeEventListener('abort', stop)
      }
      const wake = (): void => {
        end()
        free -= 1
        resolve()
      }
      const stop = (): void => {
        end()
        reject(signal?.reason as Error)
      }
      waiting.add(wake)
      signal?.addEventListener('abort', stop, { once: true })
    })

  return {
    tryEnter,
    async run(signal, action) {
      signal?.throwIfAborted()
      if (tryEnter() === undefined) await wait(signal)
      try {
        return await action()
      } finally {
        leave()
      }
    },
  }
}
