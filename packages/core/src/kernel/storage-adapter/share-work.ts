/** Options of {@link shareWork}. */
export interface ShareWorkOptions<Item, Result> {
  /** How many items are in work at most. */
  readonly atOnce: number
  /** Stops everything at the first failure; the work and the source of the items must respect its signal. */
  readonly cancel: AbortController
  /** The work for one item. */
  readonly work: (item: Item) => Promise<Result>
}

/**
 * Does the work for every item, `atOnce` at a time, and takes an item only when a slot is free for it. Returns the
 * results in the order of the items; throws the first failure once all have stopped.
 */
export async function shareWork<Item, Result>(
  items: AsyncIterator<Item, void> | Iterator<Item, void>,
  { atOnce, cancel, work }: ShareWorkOptions<Item, Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  // A separate function, so that no item is held in memory while waiting for the next one.
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
