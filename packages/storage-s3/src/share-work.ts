/** How {@link shareWork} works. */
export interface ShareWorkOptions<Item, Result> {
  readonly atOnce: number
  /** Stops everything at the first failure; the work and the source of the items must heed its signal. */
  readonly cancel: AbortController
  readonly work: (item: Item) => Promise<Result>
}

/**
 * Does the work for every item, `atOnce` at a time, and takes an item only when somebody is free for it. Gives the
 * results in the order in which they came; throws the first failure, when all have stopped.
 */
export async function shareWork<Item, Result>(
  items: AsyncIterator<Item, void> | Iterator<Item, void>,
  { atOnce, cancel, work }: ShareWorkOptions<Item, Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  // A function of its own, so that no item is held in memory while the next one is waited for.
  const doNext = async (): Promise<boolean> => {
    const next = await items.next()
    if (next.done === true) return false
    results.push(await work(next.value))
    return true
  }
  const worker = async (): Promise<void> => {
    try {
      while (!cancel.signal.aborted && (await doNext()));
    } catch (error) {
      cancel.abort(error)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  cancel.signal.throwIfAborted()
  return results
}
