import type { SqlExecutor } from '@rindle/prisma'
import { type Row, text } from '../kernel/sql/row-values.ts'

/** Rows of a page. Statements contain it as a literal: only then does a generic plan know how few rows it is for. */
export const PAGE_SIZE = 500
/** Less than every id. */
export const FIRST_ID = '00000000-0000-0000-0000-000000000000'

/** Options of {@link pages}. */
export interface PageOptions {
  /** Begins after this id. @default at the first row */
  readonly after?: string | undefined
  /** The values of `$2` and following. */
  readonly values?: readonly unknown[]
}

/**
 * Walks a table by key, page by page, with bounded memory. The statement takes the last id as `$1`, is ordered by `id`,
 * returns it, and ends with {@link PAGE_SIZE} rows. The reader owns a page until it asks for the next; then the page is
 * emptied.
 */
export function pages(
  database: SqlExecutor,
  sql: string,
  { after = FIRST_ID, values = [] }: PageOptions = {},
): AsyncGenerator<Row[]> {
  return pagesBehind(database, sql, { after: [after], values, keyOf: (row) => [text(row, 'id')] })
}

/**
 * {@link pages} by a time and an id, for partial indexes in that order. The statement takes the last time as `$1`, the
 * last id as `$2`, and `values` from `$3`; it is ordered by both, and returns `id` and, as text that keeps every
 * microsecond, `at`.
 */
export function timedPages(database: SqlExecutor, sql: string, values: readonly unknown[] = []): AsyncGenerator<Row[]> {
  const keyOf = (row: Row): string[] => [text(row, 'at'), text(row, 'id')]
  return pagesBehind(database, sql, { after: ['-infinity', FIRST_ID], values, keyOf })
}

interface Keyset {
  readonly after: readonly string[]
  readonly values: readonly unknown[]
  /** The values with which the statement continues after a row. Pure. */
  readonly keyOf: (row: Row) => readonly string[]
}

async function* pagesBehind(
  database: SqlExecutor,
  sql: string,
  { after, values, keyOf }: Keyset,
): AsyncGenerator<Row[]> {
  let key = after
  for (;;) {
    const { rows } = await database.executeSql(sql, [...key, ...values])
    const last = rows.at(-1)
    if (last === undefined) return
    const isLast = rows.length < PAGE_SIZE
    key = keyOf(last)
    yield rows
    empty(rows)
    if (isLast) return
  }
}

/**
 * Releases the items of a finished page. Awaited values stay reachable for a while, so V8 would move page after page to
 * its old generation, and keep them until that has grown by some hundred megabytes.
 */
export function empty(page: unknown[]): void {
  page.length = 0
}
