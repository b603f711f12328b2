import type { SqlExecutor } from '@rindle/prisma'

/** The rows to fill a database with. */
export interface FillOptions {
  /** How many assets, each with all the variants. */
  readonly assets: number
  /** One in this many assets has a variant `thumb` of another recipe, an expired session and an overdue upload. */
  readonly oneIn: number
  /** The variants of the profile `photo`, as it declares them. */
  readonly variants: Readonly<Record<string, { readonly form: unknown; readonly digest: string }>>
  /** How many events wait for the webhook `search`, which cannot be reached. @default 0 */
  readonly undelivered?: number
  /** Leaves out text tracks, moves, former attachments, accounts of quotas and runs: half of the disk. @default false */
  readonly isLean?: boolean
}

// The start of each table's ids.
const [ASSET, VARIANT, SESSION, ATTACHMENT, RUN, EVENT, FORMER, TRACK] = [0, 1, 2, 5, 6, 7, 8, 9]

/**
 * Fills empty tables with ready assets of the profile `photo` and the storage `main`, their variants, text tracks, upload
 * sessions, attachments, former attachments, accounts of quotas and runs, by SQL alone: a million assets in some two minutes. Leaves the tables vacuumed and analyzed.
 */
export async function fillAssets(
  database: SqlExecutor,
  { assets, oneIn, variants, undelivered = 0, isLean = false }: FillOptions,
): Promise<void> {
  await database.executeSql(
    `insert into rindle.media_assets (id, profile, storage, storage_key, state, kind, filename, content_type, byte_size, width, height)
     select ${id(ASSET, 'n')}, 'photo', 'main', 'photo/' || n || '/original', 'ready', 'image', 'a.jpg', 'image/jpeg', 1000,
       4000, 3000
     from generate_series(1, $1::int) as n`,
    [assets],
  )
  const names = Object.keys(variants)
  for (const [index, [name, { form, digest }]] of Object.entries(variants).entries()) {
    await database.executeSql(
      `insert into rindle.media_variants (id, asset_id, name, state, output_kind, recipe, recipe_digest, storage_key,
         content_type, byte_size, generated_at)
       select ${id(VARIANT, `n * ${names.length} + ${index}`)}, ${id(ASSET, 'n')}, $2::text, 'ready', 'image', $3::jsonb,
         case when $2 = 'thumb' and n % ${oneIn} = 0 then repeat('0', 64) else $4::text end,
         'photo/' || n || '/' || $2, 'image/webp', 1000, now()
       from generate_series(1, $1::int) as n`,
      [assets, name, JSON.stringify(form), digest],
    )
  }
  await fillSessions(database, assets, oneIn)
  await database.executeSql(
    `insert into rindle.media_attachments (id, asset_id, owner_type, owner_id, slot)
     select ${id(ATTACHMENT, 'n')}, ${id(ASSET, 'n')}, 'member', n::text, 'avatar' from generate_series(1, $1::int) as n
     where n % ${oneIn} <> 0`,
    [assets],
  )
  if (!isLean) await fillTheRest(database, assets, oneIn)
  if (undelivered > 0) await fillEvents(database, undelivered)
  // Like a database that has been running for a while: counts are then read from indexes.
  await database.executeSql('vacuum analyze')
}

/** Text tracks, moves, former attachments, accounts of quotas and runs. */
async function fillTheRest(database: SqlExecutor, assets: number, oneIn: number): Promise<void> {
  await fillTracks(database, assets, oneIn)
  await fillMoves(database, assets, oneIn)
  await database.executeSql(
    `insert into rindle.media_trashed_attachments (id, asset_id, owner_type, owner_id, slot, position, created_at)
     select ${id(FORMER, 'n')}, ${id(ASSET, 'n')}, 'team', n::text, 'avatar', 0, now()
     from generate_series(1, $1::int) as n`,
    [assets],
  )
  await database.executeSql(
    `insert into rindle.media_quotas (account, bytes, assets) select 'actor:' || n, 0, 0 from generate_series(1, $1::int) as n`,
    [assets],
  )
  await database.executeSql(
    `insert into rindle.media_processing_runs (id, asset_id, worker, state, attempt, started_at, finished_at)
     select ${id(RUN, 'n')}, ${id(ASSET, 'n')}, 'a:1', 'succeeded', 1, now(), now() from generate_series(1, $1::int) as n`,
    [assets],
  )
}

/** A few assets have moved, or move, and a few changes wait for mirrors. */
async function fillMoves(database: SqlExecutor, assets: number, oneIn: number): Promise<void> {
  await database.executeSql(
    `insert into rindle.media_moves (asset_id, storage, delete_after)
     select ${id(ASSET, 'n')}, 'archive', case when n % ${10 * oneIn} = 0 then null else now() + interval '1 day' end
     from generate_series(${oneIn}, $1::int, ${oneIn}) as n`,
    [assets],
  )
  await database.executeSql(
    `insert into rindle.media_mirror_changes (storage, storage_key, due_at)
     select 'main', 'photo/' || n || '/original', now() + interval '1 day'
     from generate_series(${oneIn}, $1::int, ${oneIn}) as n`,
    [assets],
  )
}

/** A few assets have text. */
function fillTracks(database: SqlExecutor, assets: number, oneIn: number): Promise<unknown> {
  return database.executeSql(
    `insert into rindle.media_tracks (id, asset_id, kind, lang, label, storage_key, byte_size, cue_count)
     select ${id(TRACK, 'n')}, ${id(ASSET, 'n')}, 'captions', 'en', 'English', 'photo/' || n || '/track', 1000, 10
     from generate_series(1, $1::int) as n where n % ${oneIn} = 0`,
    [assets],
  )
}

/** Three events of each asset; one in ten has failed, and waits for its next attempt, and one in ten was given up. */
async function fillEvents(database: SqlExecutor, events: number): Promise<void> {
  await database.executeSql(
    `insert into rindle.media_event_targets (name, kind, types, profiles, held_until, held_reason, failures, declared_at)
     values ('search', 'webhook', '{asset.ready}', '{}', now() + interval '1 day', 'unreachable', 9, now())`,
  )
  await database.executeSql(
    `insert into rindle.media_events (id, asset_id, profile, type, payload, occurred_at)
     select ${id(EVENT, 'n')}, ${id(ASSET, '(n + 2) / 3')}, 'photo', 'asset.ready', '{"state":"ready"}',
       now() - interval '40 days' + n * interval '1 second'
     from generate_series(1, $1::int) as n`,
    [events],
  )
  await database.executeSql(
    `insert into rindle.media_deliveries (event_id, target, asset_id, sequence, state, settled_at, next_attempt_at, created_at)
     select id, 'search', asset_id, sequence, case when sequence % 10 = 0 then 'dead' else 'pending' end,
       case when sequence % 10 = 0 then now() end, case when sequence % 10 = 1 then now() + interval '1 hour' else occurred_at end,
       occurred_at
     from rindle.media_events`,
  )
}

async function fillSessions(database: SqlExecutor, assets: number, oneIn: number): Promise<void> {
  // Sessions of all states lie among each other, as they come.
  for (const [index, state, expiry, every] of [
    [0, 'completed', '1 day', 1],
    [1, 'expired', '1 day', oneIn],
    [2, 'signed', '1 hour', oneIn],
  ] as const) {
    await database.executeSql(
      `insert into rindle.media_upload_sessions (id, asset_id, state, upload_strategy, upload_key, expires_at, updated_at,
         verified_at)
       select ${id(SESSION, `n * 3 + ${index}`)}, ${id(ASSET, 'n')}, $2::text, 'presigned_put', 'staging/photo/' || n || '/' || $2,
         now() - $3::interval - n * interval '1 millisecond', now() - n * interval '1 millisecond', now()
       from generate_series(${every}, $1::int, ${every}) as n`,
      [assets, state, expiry],
    )
  }
}

function id(group: number, n: string): string {
  return `('01900000-0000-7${group}00-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`
}
