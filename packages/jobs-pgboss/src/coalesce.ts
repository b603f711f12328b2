/**
 * Returns a function that runs `work` at once or, if it is called while `work` runs, once more afterwards: never twice
 * at the same time, and always once from the beginning after the last call. Resolves when nothing is left to run.
 * `work` must not reject.
 */
export function coalesce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let isWantedAgain = false
  const run = async (): Promise<void> => {
    do {
      isWantedAgain = false
      await work()
    } while (isWantedAgain)
    // In the same tick as the check: a call in between would be lost.
    running = undefined
  }
  return () => {
    isWantedAgain = true
    running ??= run()
    return running
  }
}
