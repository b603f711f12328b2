import type { SqlExecutor } from '@rindle/prisma'

/** The part of an account that one asset uses. */
export interface QuotaUsage {
  readonly account: string
  readonly bytes: number
  /** 0 for a piece of another upload, otherwise 1. */
  readonly assets: number
}

/**
 * Ends the part that these assets have in their accounts. The caller holds their locks; accounts are locked after assets,
 * everywhere. Safe to repeat.
 */
export async function releaseQuota(sql: SqlExecutor, assetIds: readonly string[]): Promise<void> {
  await sql.executeSql(
    `with held as (
       select id, quota_account, quota_bytes, quota_assets from rindle.media_assets
       where id in (select value::uuid from jsonb_array_elements_text($1::jsonb)) and quota_account is not null
     ), freed as (
       update rindle.media_assets as asset set quota_account = null, quota_bytes = null, quota_assets = null
       from held where asset.id = held.id
     )
     update rindle.media_quotas as quota
     set bytes = quota.bytes - gone.bytes, assets = quota.assets - gone.assets, updated_at = now()
     from (select quota_account, sum(quota_bytes) as bytes, sum(quota_assets) as assets from held group by 1) as gone
     where quota.account = gone.quota_account`,
    [JSON.stringify(assetIds)],
  )
}

/** Counts the asset with its real size instead of the one that was reserved. The caller holds its lock. */
export async function settleQuota(sql: SqlExecutor, assetId: string, byteSize: number): Promise<void> {
  await sql.executeSql(
    `with before as (
       select id, quota_account, quota_bytes from rindle.media_assets
       where id = $1::uuid and quota_account is not null and quota_bytes <> $2::bigint
     ), corrected as (
       update rindle.media_assets as asset set quota_bytes = $2::bigint from before where asset.id = before.id
     )
     update rindle.media_quotas as quota
     set bytes = quota.bytes + $2::bigint - before.quota_bytes, updated_at = now()
     from before where quota.account = before.quota_account`,
    [assetId, byteSize],
  )
}
