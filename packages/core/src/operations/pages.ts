import type { SqlExecutor } from '@rindle/prisma'
import { type Row, text } from '../rows/row-values.ts'

const PAGE_SIZE = 500
const FIRST_ID = '00000000-0000-0000-0000-000000000000'

/**
 * Walks a table by key, page by page, with bounded memory. The statement takes the last id as `$1` and the page size
 * as `$2`, is ordered by `id`, and returns it.
 */
export async function* pages(database: SqlExecutor, sql: string): AsyncGenerator<readonly Row[]> {
  let lastId = FIRST_ID
  for (;;) {
    const { rows } = await database.executeSql(sql, [lastId, PAGE_SIZE])
    if (rows.length > 0) yield rows
    if (rows.length < PAGE_SIZE) return
    lastId = text(rows.at(-1) ?? {}, 'id')
  }
}
