// Of the statements of a status: $1 is the profile or null, $2 seconds.

/** Rows whose time is older than the threshold. */
export const IS_OLDER = (column: string): string => `${column} < now() - make_interval(secs => $2::float8)`

/** Assets of the profile. */
export const IS_IN_PROFILE = `($1::text is null or profile = $1::text)`

/** Rows of assets of the profile. */
export const IN_PROFILE = `($1::text is null or exists (
  select 1 from rindle.media_assets as asset where asset.id = asset_id and asset.profile = $1::text))`
