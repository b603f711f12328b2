import { RindleError } from '@rindle/core'
import { openDatabase } from '@rindle/prisma'

/** Any number that nothing else locks in a demo's own database. */
const DEMO_LOCK = 7_246_354

/**
 * Runs `work` unless another demo is running on the same database, as for demos of one directory: `conflict`. The
 * database holds the lock, so a killed process releases it. The transaction that holds it reads and writes nothing, and
 * does not delay any cleanup.
 */
export async function holdingDatabase<T>(databaseUrl: string, work: () => Promise<T>): Promise<T> {
  const database = openDatabase(databaseUrl, { maxConnections: 1 })
  try {
    return await database.transaction(async (tx) => {
      const { rows } = await tx.executeSql(`select pg_try_advisory_xact_lock(${DEMO_LOCK}) as is_mine`)
      if (rows[0]?.['is_mine'] === true) return work()
      throw new RindleError(
        'conflict',
        'Another demo is running on this database. Stop it, or run this one in another directory.',
      )
    })
  } finally {
    await database.close()
  }
}
