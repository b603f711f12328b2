import { RindleError } from '../domain/errors.ts'
import type { RowCount } from './count-rows.ts'
import { empty } from './pages.ts'

/** The progress of a verb. */
export interface WalkProgress {
  /** Rows or objects done so far. */
  readonly done: number
  /** Their number in all; `null` where a count would be expensive. */
  readonly total: number | null
  /** Whether the total is an estimate, as it is for very large numbers. */
  readonly isEstimate: boolean
}

/** Options of every verb that works through many rows or objects. */
export interface WalkOptions {
  /** Ends the run between two items; the report then covers the finished ones. */
  readonly signal?: AbortSignal
  /**
   * Called with the counts so far after each page of some hundred items, and twice a second during a slow page. A verb
   * counts the items in advance only when you pass this.
   */
  readonly onProgress?: (counts: Readonly<Record<string, number>>, progress: WalkProgress) => void
}

/** The plan of a walk. */
export interface WalkPlan<T> extends WalkOptions {
  /** Items at once. */
  readonly concurrency: number
  /** Handles one item. A rejection ends the whole walk: catch and count errors of single items. */
  readonly each: (item: T) => Promise<void>
  readonly counts: Readonly<Record<string, number>>
  /** The number of items. @default unknown */
  readonly total?: () => Promise<RowCount>
  /** The weight of an item. @default 1 */
  readonly sizeOf?: (item: T) => number
}

/** The end of a walk. */
export interface WalkEnd {
  /** Whether the signal ended it before everything was done. */
  readonly interrupted: boolean
}

const MAX_CONCURRENCY = 1_000

const REPORT_EVERY_MS = 500

/**
 * Handles every item of every page, `concurrency` at once, empties the page, and asks for the next. The walk owns a
 * page's array.
 */
export async function walk<T>(pages: AsyncIterable<T[]> | Iterable<T[]>, plan: WalkPlan<T>): Promise<WalkEnd> {
  const { concurrency, each, signal, sizeOf = () => 1 } = plan
  assertConcurrency(concurrency)
  const progress = await startProgress(plan)
  let isInterrupted = false
  for await (const page of pages) {
    // One iterator for all workers: each takes the next item as soon as it is free.
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

/** Reports progress to a walk's listener, if it has one. */
export interface Progress {
  /** Adds to the progress; reports it when the last report is old. */
  advance(size: number): void
  report(): void
}

/** Asks for the total only if there is a listener. */
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
