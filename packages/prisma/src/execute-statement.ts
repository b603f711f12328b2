import type { PgPoolClient } from './database.ts'
import { lastRows, type SqlExecutor } from './sql-executor.ts'
import { sqlStateOf } from './sql-state.ts'
import type { StatementNames } from './statement-names.ts'

interface Rows {
  rows: Record<string, unknown>[]
}

/** Runs one statement outside of a transaction. If its plan went stale, runs it once more, under a new name. */
export async function executeAlone(
  client: PgPoolClient,
  names: StatementNames,
  text: string,
  values: unknown[] = [],
): Promise<Rows> {
  try {
    return await executeStatement(client, names, text, values)
  } catch (error) {
    if (values.length === 0 || !isStalePlan(error)) throw error
    return executeStatement(client, names, text, values)
  }
}

/**
 * Runs one statement, prepared if its text came before. If its plan went stale, the statement fails and gets a new
 * name.
 */
async function executeStatement(
  client: PgPoolClient,
  names: StatementNames,
  text: string,
  values: unknown[],
): Promise<Rows> {
  if (values.length === 0) return { rows: lastRows(await client.query(text)) }
  const name = names.nameOf(text)
  if (name === undefined) return takeRows(await client.query(text, values))
  try {
    return takeRows(await client.query({ name, text, values }))
  } catch (error) {
    if (isStalePlan(error)) names.renew(text)
    throw error
  }
}

/**
 * Takes the rows out of pg's result. The objects of an ended query stay reachable for a while, long enough for V8 to
 * move them, page after page, to its old generation, which it collects late: measured on a scan of a million rows, that
 * is a third of all memory.
 */
function takeRows(result: Rows): Rows {
  const { rows } = result
  result.rows = []
  return { rows }
}

/** An executor over a connection with an open transaction. After `close` it refuses statements. */
export function transactionExecutor(
  client: PgPoolClient,
  names: StatementNames,
): { tx: SqlExecutor; close: () => Promise<void> } {
  let isOpen = true
  let last: Promise<unknown> = Promise.resolve()
  const executeSql: SqlExecutor['executeSql'] = (text, values = []) => {
    if (!isOpen) return Promise.reject(new Error('This transaction has ended. Await every statement inside of it.'))
    const run = () => executeStatement(client, names, text, values)
    const result = last.then(run, run)
    last = result
    return result
  }
  const close = async () => {
    isOpen = false
    await last.catch(() => undefined)
  }
  return { tx: { executeSql }, close }
}

/**
 * Whether the prepared statement cannot run any more: the schema changed the type of its result (0A000), or a pooler
 * closed it (26000). By state and not by message, because servers translate messages.
 */
export function isStalePlan(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state === '0A000' || state === '26000'
}
