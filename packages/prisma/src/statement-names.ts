import { createHash } from 'node:crypto'

/**
 * Names for prepared statements. PostgreSQL parses and plans a named statement once per connection, which about
 * doubles the rate of short transactions.
 *
 * A text gets a name when it comes a second time: one-off statements would only fill the server's memory. For the same
 * reason there are at most `maxNames`; later texts run unnamed.
 */
export class StatementNames {
  readonly #maxNames: number
  readonly #nameByText = new Map<string, string>()
  readonly #seenOnce = new Set<string>()

  constructor(maxNames = 500) {
    this.#maxNames = maxNames
  }

  /** The name under which to prepare `text`, or undefined to run it unnamed. */
  nameOf(text: string): string | undefined {
    const known = this.#nameByText.get(text)
    if (known !== undefined) return known
    if (this.#nameByText.size >= this.#maxNames) return undefined
    if (!this.#seenOnce.delete(text)) {
      this.#rememberOnce(text)
      return undefined
    }
    const name = nameFor(text, 0)
    this.#nameByText.set(text, name)
    return name
  }

  /** Gives `text` a new name, because the statement prepared under the current one can no longer run. */
  renew(text: string): void {
    const stale = this.#nameByText.get(text)
    if (stale === undefined) return
    const generation = Number(stale.slice(stale.lastIndexOf('_') + 1)) + 1
    this.#nameByText.set(text, nameFor(text, generation))
  }

  #rememberOnce(text: string): void {
    this.#seenOnce.add(text)
    if (this.#seenOnce.size <= this.#maxNames) return
    const [oldest] = this.#seenOnce
    if (oldest !== undefined) this.#seenOnce.delete(oldest)
  }
}

/** By hash, not by number: two databases over one pool must not give one name to two texts. PostgreSQL cuts at 63. */
function nameFor(text: string, generation: number): string {
  return `rindle_${createHash('sha256').update(text).digest('hex').slice(0, 32)}_${generation}`
}
