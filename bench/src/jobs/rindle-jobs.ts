import { type JobsAdapter, stderrLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { openDatabase } from '@rindle/prisma'

/** Rindle's jobs adapter at its defaults, started on a database, and the function that ends both. */
export async function startJobs(
  databaseUrl: string,
): Promise<{ readonly jobs: JobsAdapter; readonly stop: () => Promise<void> }> {
  const database = openDatabase(databaseUrl)
  const jobs = pgBossJobs()
  jobs.connect({ database, logger: stderrLogger })
  await jobs.start()
  const stop = async (): Promise<void> => {
    await jobs.stop()
    await database.close()
  }
  return { jobs, stop }
}
