/**
 * The actor who uploaded an asset, as an expression over a row named `asset`: the one of its first session. `null`: none
 * was named.
 */
export const UPLOADER = `(select first.actor_id from rindle.media_upload_sessions as first
  where first.asset_id = asset.id order by first.id limit 1)`
