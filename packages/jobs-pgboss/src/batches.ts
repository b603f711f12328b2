/**
 * Returns a function that passes items to `run` in batches: at once if it is idle, otherwise together with everything
 * that arrived while the previous batch ran. Resolves, or rejects, as the item's batch does.
 */
export function inBatches<T>(run: (items: readonly T[]) => Promise<void>): (item: T) => Promise<void> {
  let waiting: { readonly items: T[]; readonly done: Promise<void> } | undefined
  let last: Promise<unknown> = Promise.resolve()
  return (item) => {
    if (waiting !== undefined) {
      waiting.items.push(item)
      return waiting.done
    }
    const items = [item]
    const done = last.then(() => {
      waiting = undefined
      return run(items)
    })
    waiting = { items, done }
    last = done.catch(() => undefined)
    return done
  }
}
