interface Run {
  readonly running: Promise<void>
  waiting?: Promise<void>
}

/**
 * Returns a `run` that callers of one key share: each resolves or rejects with a run that began after its call. One runs at
 * a time, and whoever comes meanwhile waits for the next.
 */
export function sharedRuns(run: (key: string) => Promise<void>): (key: string) => Promise<void> {
  const runs = new Map<string, Run>()
  const begin = (key: string): Promise<void> => {
    const running = run(key).finally(() => {
      if (runs.get(key)?.running === running) runs.delete(key)
    })
    runs.set(key, { running })
    return running
  }
  return (key) => {
    const last = runs.get(key)
    if (last === undefined) return begin(key)
    const next = (): Promise<void> => begin(key)
    last.waiting ??= last.running.then(next, next)
    return last.waiting
  }
}
