import { startEmbeddedPostgres } from '@rindle/embedded'
import { migrate } from '@rindle/prisma'

/** Starts the PostgreSQL in `.rindle`, unless DATABASE_URL names another one, and creates Rindle's tables. */
export async function prepareDatabase(): Promise<void> {
  process.env['DATABASE_URL'] ||= (await startEmbeddedPostgres({ directory: '.rindle' })).url
  await migrate(process.env['DATABASE_URL'])
}
