import type { SqlExecutor } from '@rindle/prisma'
import { type Row, text } from '../rows/row-values.ts'

const PAGE_SIZE = 500
const FIRST_ID = '00000000-0000-0000-0000-000000000000'

/** Options of {@link pages}. */
export interface PageOptions {
  /** Begins behind this id. @default at the first row */
  readonly after?: string | undefined
  /** What the statement takes as `$3` and following. */
  readonly values?: readonly unknown[]
}

/**
 * Walks a table by key, page by page, with bounded memory. The statement takes the last id as `$1` and the page size
 * as `$2`, is ordered by `id`, and returns it.
 */
export async function* pages(
  database: SqlExecutor,
  sql: string,
  { after = FIRST_ID, values = [] }: PageOptions = {},
): AsyncGenerator<readonly Row[]> {
  let lastId = after
  for (;;) {
    const { rows } = await database.executeSql(sql, [lastId, PAGE_SIZE, ...values])
    if (rows.length > 0) yield rows
    if (rows.length < PAGE_SIZE) return
    lastId = text(rows.at(-1) ?? {}, 'id')
  }
}
