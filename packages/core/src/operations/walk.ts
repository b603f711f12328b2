import { RindleError } from '../domain/errors.ts'
import type { RowCount } from './count-rows.ts'
import { empty } from './pages.ts'

/** How far a verb has come. */
export interface WalkProgress {
  /** Rows or objects that were looked at. */
  readonly done: number
  /** How many there are in all; `null` where that cannot be had cheaply. */
  readonly total: number | null
  /** Whether the total is an estimate, which it is when there are very many. */
  readonly isEstimate: boolean
}

/** Options that every verb takes that works through many rows or objects. */
export interface WalkOptions {
  /** Ends the run between two items; the report then tells what was done so far. */
  readonly signal?: AbortSignal
  /**
   * Called with the counts so far after each page of some hundred items, and twice a second while a page takes long. Only
   * when it is given does a verb ask how many items there are.
   */
  readonly onProgress?: (counts: Readonly<Record<string, number>>, progress: WalkProgress) => void
}

/** How a walk is done. */
export interface WalkPlan<T> extends WalkOptions {
  /** Items at once. */
  readonly concurrency: number
  /** Does one item. A rejection ends the whole walk: what may fail for one item alone is to be caught and counted. */
  readonly each: (item: T) => Promise<void>
  readonly counts: Readonly<Record<string, number>>
  /** How many there are to be done. @default nobody knows */
  readonly total?: () => Promise<RowCount>
  /** How many an item stands for. @default 1 */
  readonly sizeOf?: (item: T) => number
}

/** How a walk ended. */
export interface WalkEnd {
  /** Whether the signal ended it before everything was done. */
  readonly interrupted: boolean
}

const MAX_CONCURRENCY = 1_000

const REPORT_EVERY_MS = 500

/**
 * Does every item of every page, `concurrency` at once, empties the page, and asks for the next. An array of a page
 * belongs to the walk.
 */
export async function walk<T>(pages: AsyncIterable<T[]> | Iterable<T[]>, plan: WalkPlan<T>): Promise<WalkEnd> {
  const { concurrency, each, signal, sizeOf = () => 1 } = plan
  assertConcurrency(concurrency)
  const progress = await startProgress(plan)
  let isInterrupted = false
  for await (const page of pages) {
    // One iterator for all: each takes the next item as soon as it is free.
    const items = page.values()
    const doItems = async (): Promise<void> => {
      for (const item of items) {
        if (signal?.aborted === true) isInterrupted = true
        else {
          await each(item)
          progress.advance(sizeOf(item))
        }
      }
    }
    await Promise.all(Array.from({ length: Math.min(concurrency, page.length) }, doItems))
    empty(page)
    if (isInterrupted) break
    progress.report()
  }
  return { interrupted: isInterrupted }
}

/** What tells a walk's listener, if it has one. */
export interface Progress {
  /** So many more are done; tells it when the last word is old. */
  advance(size: number): void
  report(): void
}

/** Asks for the total when somebody wants to know. */
export async function startProgress({
  onProgress,
  counts,
  total,
}: Pick<WalkPlan<never>, 'onProgress' | 'counts' | 'total'>): Promise<Progress> {
  if (onProgress === undefined) return { advance: () => {}, report: () => {} }
  const all = await total?.()
  let done = 0
  let reportedAt = performance.now()
  const report = (): void => {
    reportedAt = performance.now()
    onProgress(counts, { done, total: all?.count ?? null, isEstimate: all?.isEstimate ?? false })
  }
  return {
    report,
    advance: (size) => {
      done += size
      if (performance.now() - reportedAt >= REPORT_EVERY_MS) report()
    },
  }
}

function assertConcurrency(concurrency: number): void {
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= MAX_CONCURRENCY) return
  throw new RindleError('invalid_input', `concurrency must be a whole number from 1 to ${MAX_CONCURRENCY}.`)
}
