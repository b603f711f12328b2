import type { TransactionHandle } from '@rindle/core'
import { fromPrisma } from '@rindle/jobs-pgboss'
import type { Prisma } from '../generated/prisma/client.ts'
import { rindle } from '../media/rindle.ts'
import { database } from './database.ts'

/**
 * Runs `work` in one transaction of this application's and Rindle's common database: `rows` writes members, posts and
 * lessons, and `tx` is for the verbs of Rindle. All of it commits, jobs included, or nothing.
 */
export async function inOneTransaction<T>(
  work: (rows: Prisma.TransactionClient, tx: TransactionHandle) => Promise<T>,
): Promise<T> {
  const handles: TransactionHandle[] = []
  const result = await database.$transaction(async (rows) => {
    const tx = rindle.withTransaction(fromPrisma(rows))
    handles.push(tx)
    return work(rows, tx)
  })
  for (const tx of handles) tx.afterCommit()
  return result
}
