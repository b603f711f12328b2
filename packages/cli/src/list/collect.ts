/** The end of a collected page. */
export interface PageEnd {
  /** Where the next page begins; `null`: there is none. */
  readonly next: string | null
  /** Whether the signal ended it before it was full. */
  readonly interrupted: boolean
}

/** A page from a verb. */
interface Page<T> {
  readonly rows: readonly T[]
  readonly next: string | null
}

/** Reads on until a page is full: for rare matches a verb returns short pages. */
export async function collect<T, O extends { readonly limit: number; readonly after?: string }>(
  signal: AbortSignal,
  options: O,
  read: (options: O) => Promise<Page<T>>,
): Promise<PageEnd & { readonly rows: readonly T[] }> {
  const rows: T[] = []
  let next: string | null = options.after ?? null
  do {
    const rest = { ...options, limit: options.limit - rows.length, ...(next === null ? {} : { after: next }) }
    const page = await read(rest)
    rows.push(...page.rows)
    next = page.next
  } while (next !== null && rows.length < options.limit && !signal.aborted)
  return { rows, next, interrupted: next !== null && rows.length < options.limit }
}
