import { type Rindle, RindleError } from '@rindle/core'
import { openDatabase } from '@rindle/prisma'

/** The cluster's own number and the database within it: the same for every host, port or pooler that leads there. */
const IDENTITY = `select system_identifier::text || '/' || database.oid::text as identity
  from pg_control_system(), pg_database as database where database.datname = current_database()`

/**
 * Refuses to continue if a configuration file does not connect to the database of `--database-url`, because it takes
 * its URL from elsewhere than `DATABASE_URL`: a silently ignored flag would change the wrong database.
 */
export async function assertSameDatabase(rindle: Rindle, databaseUrl: string): Promise<void> {
  const database = openDatabase(databaseUrl, { maxConnections: 1 })
  try {
    const [{ rows: wanted }, connected] = await Promise.all([
      database.executeSql(IDENTITY),
      rindle.prisma.$queryRawUnsafe<{ identity: string }[]>(IDENTITY),
    ])
    if (wanted[0]?.['identity'] === connected[0]?.identity) return
  } finally {
    await database.close()
  }
  throw new RindleError(
    'config_invalid',
    'The configuration file connects to a database other than the one of --database-url. ' +
      'Make it read process.env.DATABASE_URL, or omit --database-url.',
  )
}
