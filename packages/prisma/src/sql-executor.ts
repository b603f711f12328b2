/**
 * Runs SQL: the one small interface that carries row changes and jobs. pg-boss takes the same form as `db`, so its
 * adapters for Prisma, Kysely, Drizzle and Knex make one out of a host application's transaction.
 */
export interface SqlExecutor {
  /**
   * @param text SQL with `$1`, `$2`… Several statements at once only without values; the rows are then the last one's.
   *   A function that returns `void` is cast to `text`, because Prisma cannot read the former.
   * @param values one per parameter. Dates and byte arrays as they are; JSON arrays already stringified.
   * @returns the rows, `[]` for a statement that returns none. `timestamptz` is a Date; `bigint` and `numeric` are
   * strings.
   * @throws the driver's error; `sqlStateOf` reads its SQLSTATE. Atomicity depends on the connection.
   */
  executeSql(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>
}

/** The part of a `pg` client, pool client or pool that Rindle needs to run SQL. */
export interface PgQueryable {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>
}

/**
 * Makes an executor from a `pg` client, so that a transaction of the application on it carries Rindle's writes, too.
 * It opens, commits and closes nothing.
 *
 * @example
 * await client.query('begin')
 * await rindle.attach(asset, owner, 'avatar', { tx: fromPgClient(client) })
 * await client.query('commit')
 */
export function fromPgClient(client: PgQueryable): SqlExecutor {
  return { executeSql: async (text, values) => ({ rows: lastRows(await client.query(text, values)) }) }
}

/** `pg` answers a text of several statements with an array of results. */
export function lastRows(
  result: { rows: Record<string, unknown>[] } | { rows: Record<string, unknown>[] }[],
): Record<string, unknown>[] {
  const last = Array.isArray(result) ? result.at(-1) : result
  return last?.rows ?? []
}
