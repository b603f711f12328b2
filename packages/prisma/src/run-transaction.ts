import type { PgPool, PgPoolClient } from './database.ts'
import { transactionExecutor } from './execute-statement.ts'
import { checkOut, type PoolConnection } from './pool-connection.ts'
import type { SqlExecutor } from './sql-executor.ts'
import type { StatementNames } from './statement-names.ts'

/** `Database.transaction` over a pool. */
export async function runTransaction<T>(
  pool: PgPool,
  names: StatementNames,
  work: (tx: SqlExecutor) => Promise<T>,
): Promise<T> {
  const connection = await checkOut(pool)
  const { tx, close } = transactionExecutor(connection.client, names)
  try {
    await connection.client.query('begin')
    const result = await work(tx)
    await close()
    await commit(connection.client)
    connection.giveBack(false)
    return result
  } catch (error) {
    await close()
    await rollBack(connection)
    throw error
  }
}

/** Commits. PostgreSQL answers COMMIT with ROLLBACK, and no error, if a statement of the transaction has failed. */
async function commit(client: PgPoolClient): Promise<void> {
  const { command } = await client.query({ text: 'commit' })
  if (command === 'ROLLBACK') throw nothingCommitted()
}

/** The error of a transaction whose work resolved although one of its statements had failed. */
export function nothingCommitted(cause?: unknown): Error {
  return new Error(
    'Nothing was committed: a statement of the transaction failed, and its error was caught inside it.',
    {
      cause,
    },
  )
}

/** Rolls back. The original error is thrown; if the rollback fails as well, the connection is closed. */
async function rollBack(connection: PoolConnection): Promise<void> {
  const isBroken = await connection.client.query('rollback').then(
    () => false,
    () => true,
  )
  connection.giveBack(isBroken)
}
