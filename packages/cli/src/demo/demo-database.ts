import { RindleError } from '@rindle/core'
import { migrate, openDatabase } from '@rindle/prisma'
import type { DemoPackages } from './demo-packages.ts'

/** The storage that a demo's assets name; an application's storages have other names. */
export const DEMO_STORAGE = 'demo'

/** A migrated database. Disposing of it stops the server that was started for it. */
export interface DemoDatabase extends AsyncDisposable {
  readonly url: string
}

/**
 * The database at `url` or, without one, an embedded PostgreSQL with its data in `directory`; migrated.
 *
 * @throws RindleError `conflict` if the database is an application's: the demo's workers would take its jobs.
 */
export async function openDemoDatabase(
  packages: DemoPackages,
  directory: string,
  url: string | undefined,
): Promise<DemoDatabase> {
  if (url !== undefined) {
    await migrate(url)
    await assertNoApplication(url)
    return { url, [Symbol.asyncDispose]: async () => undefined }
  }
  const postgres = await packages.startEmbeddedPostgres({ directory })
  await migrate(postgres.url)
  return postgres
}

async function assertNoApplication(url: string): Promise<void> {
  const database = openDatabase(url, { maxConnections: 1 })
  try {
    const { rows } = await database.executeSql('select from rindle.media_assets where storage <> $1::text limit 1', [
      DEMO_STORAGE,
    ])
    if (rows.length === 0) return
  } finally {
    await database.close()
  }
  throw new RindleError(
    'conflict',
    "The database of --database-url already has an application's assets, and the demo's workers would take its jobs. " +
      'Use an empty database, or omit --database-url.',
  )
}
