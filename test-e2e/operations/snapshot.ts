import type { Profiles, Rindle, StorageAdapter } from '@rindle/core'

const TABLES = [
  'rindle.media_assets',
  'rindle.media_variants',
  'rindle.media_upload_sessions',
  'rindle.media_attachments',
  'rindle.media_processing_runs',
  'pgboss.job',
]

/** Everything a verb could change: a count and a hash of every table, and the list of all objects. */
export interface Snapshot {
  readonly rows: Readonly<Record<string, string>>
  readonly objects: readonly string[]
}

/** Takes a snapshot of an application's rows and objects. */
export async function snapshot<Ps extends Profiles>(rindle: Rindle<Ps>, storage: StorageAdapter): Promise<Snapshot> {
  const rows: Record<string, string> = {}
  for (const table of TABLES) {
    const [hash] = await rindle.prisma.$queryRawUnsafe<{ rows: string }[]>(
      `select count(*) || ' ' || coalesce(md5(string_agg(entry::text, ' ' order by entry::text)), '') as rows
       from ${table} as entry`,
    )
    rows[table] = hash?.rows ?? ''
  }
  return { rows, objects: await objectsIn(storage) }
}

/** The keys of all objects. */
export async function objectsIn(storage: StorageAdapter, prefix = ''): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { key } of storage.list(prefix)) keys.push(key)
  return keys
}
