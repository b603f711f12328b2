/** A map of at most `most` entries: a new one takes the place of the entry that was set longest ago. */
export class BoundedMap<K, V> {
  readonly #most: number
  // It keeps insertion order: the first entry is the oldest.
  readonly #entries = new Map<K, V>()

  constructor(most: number) {
    this.#most = most
  }

  /** `undefined`: it has no such entry, or no longer. */
  get(key: K): V | undefined {
    return this.#entries.get(key)
  }

  set(key: K, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#most) return
    for (const oldest of this.#entries.keys()) return void this.#entries.delete(oldest)
  }

  delete(key: K): void {
    this.#entries.delete(key)
  }
}
