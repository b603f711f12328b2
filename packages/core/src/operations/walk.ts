import { RindleError } from '../domain/errors.ts'
import { empty } from './pages.ts'

/** Options that every verb takes that works through many rows or objects. */
export interface WalkOptions {
  /** Ends the run between two items; the report then tells what was done so far. */
  readonly signal?: AbortSignal
  /** Called from time to time with the counts so far. */
  readonly onProgress?: (counts: Readonly<Record<string, number>>) => void
}

/** How a walk is done. */
export interface WalkPlan<T> extends WalkOptions {
  /** Items at once. */
  readonly concurrency: number
  /** Does one item. A rejection ends the whole walk: what may fail for one item alone is to be caught and counted. */
  readonly each: (item: T) => Promise<void>
  readonly counts: Readonly<Record<string, number>>
}

/** How a walk ended. */
export interface WalkEnd {
  /** Whether the signal ended it before everything was done. */
  readonly interrupted: boolean
}

const MAX_CONCURRENCY = 1_000

/**
 * Does every item of every page, `concurrency` at once, empties the page, and asks for the next. An array of a page
 * belongs to the walk.
 */
export async function walk<T>(
  pages: AsyncIterable<T[]>,
  { concurrency, each, counts, signal, onProgress }: WalkPlan<T>,
): Promise<WalkEnd> {
  assertConcurrency(concurrency)
  let isInterrupted = false
  for await (const page of pages) {
    // One iterator for all: each takes the next item as soon as it is free.
    const items = page.values()
    const doItems = async (): Promise<void> => {
      for (const item of items) {
        if (signal?.aborted === true) isInterrupted = true
        else await each(item)
      }
    }
    await Promise.all(Array.from({ length: Math.min(concurrency, page.length) }, doItems))
    empty(page)
    if (isInterrupted) break
    onProgress?.(counts)
  }
  return { interrupted: isInterrupted }
}

function assertConcurrency(concurrency: number): void {
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= MAX_CONCURRENCY) return
  throw new RindleError('invalid_input', `concurrency must be a whole number from 1 to ${MAX_CONCURRENCY}.`)
}
