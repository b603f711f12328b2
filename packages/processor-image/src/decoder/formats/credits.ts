/** Whose picture it is, and what others may do with it, as its metadata say. */
export interface Copyright {
  readonly artists: readonly string[]
  readonly rights: string | null
  /** Terms in words. */
  readonly terms: string | null
  /** An address with the terms. */
  readonly statement: string | null
  /** The address of a licence. */
  readonly licence: string | null
}
