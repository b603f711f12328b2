import type { SqlExecutor } from '@rindle/core'
import { declared } from './scale-profile.ts'

/** How many assets the scale tests work on; three variants each. */
export const ASSETS = Number(process.env['RINDLE_SCALE_ASSETS'] ?? 100_000)

/** Of so many assets one variant was made by another recipe, one session has expired, one upload is overdue. */
export const ONE_IN = 100

/** Fills a database with ready assets, their variants, sessions, attachments and runs, by SQL alone. */
export async function fillDatabase(database: SqlExecutor): Promise<void> {
  const id = (group: number, n: string): string =>
    `('01900000-0000-7${group}00-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`
  await database.executeSql(
    `insert into rindle.media_assets (id, profile, storage, storage_key, state, kind, filename, content_type, byte_size, width, height)
     select ${id(0, 'n')}, 'photo', 'main', 'photo/' || n || '/original', 'ready', 'image', 'a.jpg', 'image/jpeg', 1000,
       4000, 3000
     from generate_series(1, $1::int) as n`,
    [ASSETS],
  )
  for (const [index, [name, { recipe, digest }]] of Object.entries(declared).entries()) {
    await database.executeSql(
      `insert into rindle.media_variants (id, asset_id, name, state, output_kind, recipe, recipe_digest, storage_key,
         content_type, byte_size, generated_at)
       select ${id(1, `n * 3 + ${index}`)}, ${id(0, 'n')}, $2::text, 'ready', 'image', $3::jsonb,
         case when $2 = 'thumb' and n % ${ONE_IN} = 0 then repeat('0', 64) else $4::text end,
         'photo/' || n || '/' || $2, 'image/webp', 1000, now()
       from generate_series(1, $1::int) as n`,
      [ASSETS, name, JSON.stringify(recipe), digest],
    )
  }
  for (const [group, state, expiry, oneIn] of [
    [2, 'completed', '1 day', 1],
    [3, 'expired', '1 day', ONE_IN],
    [4, 'signed', '1 hour', ONE_IN],
  ] as const) {
    await database.executeSql(
      `insert into rindle.media_upload_sessions (id, asset_id, state, upload_strategy, upload_key, expires_at, updated_at,
         verified_at)
       select ${id(group, 'n')}, ${id(0, 'n')}, $2::text, 'presigned_put', 'staging/photo/' || n || '/' || $2,
         now() - $3::interval - n * interval '1 millisecond', now() - n * interval '1 millisecond', now()
       from generate_series(${oneIn}, $1::int, ${oneIn}) as n`,
      [ASSETS, state, expiry],
    )
  }
  await database.executeSql(
    `insert into rindle.media_attachments (id, asset_id, owner_type, owner_id, slot)
     select ${id(5, 'n')}, ${id(0, 'n')}, 'member', n::text, 'avatar' from generate_series(1, $1::int) as n
     where n % ${ONE_IN} <> 0`,
    [ASSETS],
  )
  await database.executeSql(
    `insert into rindle.media_processing_runs (id, asset_id, worker, state, attempt, started_at, finished_at)
     select ${id(6, 'n')}, ${id(0, 'n')}, 'a:1', 'succeeded', 1, now(), now() from generate_series(1, $1::int) as n`,
    [ASSETS],
  )
  // As a database is that has been running for a while: counts are then read from indexes.
  await database.executeSql('vacuum analyze')
}
