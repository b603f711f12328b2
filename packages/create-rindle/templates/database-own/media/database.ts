import { migrate } from '@rindle/prisma'

/** Creates Rindle's tables, in a schema of their own, in the database of DATABASE_URL. */
export async function prepareDatabase(): Promise<void> {
  const { DATABASE_URL } = process.env
  if (!DATABASE_URL) throw new Error('DATABASE_URL is empty. Set it in .env.')
  await migrate(DATABASE_URL)
}
