import type { Row } from './legal-rows.ts'

export function quotaRow(changes: Row = {}): Row {
  return { account: 'actor:1', bytes: 0, assets: 0, ...changes }
}

type Table = 'media_assets' | 'media_upload_sessions' | 'media_quotas'

/** Rows of quotas and tenants that are refused, and the constraint that does. */
export const refusedQuotas: readonly [constraint: string, table: Table, changes: Row][] = [
  ['media_assets_tenant_check', 'media_assets', { tenant: 'ACME' }],
  ['media_assets_tenant_check', 'media_assets', { tenant: 'acme/photos' }],
  ['media_assets_quota_check', 'media_assets', { quota_account: 'actor:1' }],
  ['media_assets_quota_check', 'media_assets', { quota_account: 'actor:1', quota_bytes: -1, quota_assets: 1 }],
  ['media_upload_sessions_tenant_check', 'media_upload_sessions', { tenant: '' }],
  ['media_quotas_account_check', 'media_quotas', { account: '' }],
]
