import type { Owner, Rindle, SqlExecutor } from '@rindle/core'

/** The contents of the rows; the objects that they name need not exist. */
export interface ReadyAssets {
  readonly profile: string
  /** Each of these owners, `owner:n`, has an asset at slot `avatar`. */
  readonly count: number
  readonly contentType?: string
  readonly variants: Rindle['profiles'][string]['variants']
}

/** Writes ready assets with ready variants, attached to as many owners, by SQL alone; returns the owners. */
export async function insertReadyAssets(database: SqlExecutor, assets: ReadyAssets): Promise<readonly Owner[]> {
  const { profile, count, contentType = 'image/jpeg', variants } = assets
  const id = (group: number, n: string): string =>
    `('01900000-0000-7${group}00-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`
  await database.executeSql(
    `insert into rindle.media_assets
       (id, profile, storage, storage_key, state, kind, filename, content_type, byte_size, width, height)
     select ${id(0, 'n')}, $2::text, 'main', $2::text || '/' || ${id(0, 'n')} || '/original-a.jpg', 'ready', 'image', 'a.jpg',
       $3::text, 1000, 4000, 3000
     from generate_series(1, $1::int) as n`,
    [count, profile, contentType],
  )
  for (const [index, [name, { form, digest }]] of Object.entries(variants).entries()) {
    await database.executeSql(
      `insert into rindle.media_variants (id, asset_id, name, state, output_kind, recipe, recipe_digest, storage_key,
         content_type, byte_size, width, height, generated_at)
       select ${id(1, `n * 10 + ${index}`)}, ${id(0, 'n')}, $2::text, 'ready', 'image', $3::jsonb, $4::text,
         'avatar/' || ${id(0, 'n')} || '/' || $2::text || '-' || left($4::text, 16) || '.webp', 'image/webp', 100, 80, 80, now()
       from generate_series(1, $1::int) as n`,
      [count, name, JSON.stringify(form), digest],
    )
  }
  await database.executeSql(
    `insert into rindle.media_attachments (id, asset_id, owner_type, owner_id, slot)
     select ${id(2, 'n')}, ${id(0, 'n')}, 'member', n::text, 'avatar' from generate_series(1, $1::int) as n`,
    [count],
  )
  return Array.from({ length: count }, (_, index) => ({ type: 'member', id: index + 1 }))
}
