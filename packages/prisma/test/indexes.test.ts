import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

let testDatabase: TestDatabase
let client: pg.Client

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  client = new pg.Client({ connectionString: testDatabase.url })
  await client.connect()
})

beforeEach(async () => {
  await client.query('begin')
})

afterEach(async () => {
  await client.query('rollback')
})

afterAll(async () => {
  await client.end()
  await testDatabase.drop()
})

describe('the maintenance scans', () => {
  const scans: [index: string, scan: string, column?: string][] = [
    [
      'media_assets_unfinished_idx',
      "media_assets where state in ('validating', 'analyzing', 'promoting') order by updated_at, id",
    ],
    ['media_assets_tenant_idx', "media_assets where tenant = 'acme' order by updated_at, id"],
    ['media_assets_quota_idx', "media_assets where quota_account = 'actor:1'"],
    ['media_assets_waiting_idx', 'media_assets where waiting_since is not null order by waiting_since, id'],
    ['media_assets_damaged_idx', 'media_assets where original_damaged_at is not null order by original_damaged_at, id'],
    ['media_assets_subtitles_wanted_idx', 'media_assets where subtitles_wanted_at is not null order by updated_at, id'],
    ['media_assets_purge_idx', 'media_assets where purge_at <= now() order by purge_at, id'],
    ['media_moves_due_idx', 'media_moves where delete_after <= clock_timestamp() order by delete_after', 'asset_id'],
    ['media_moves_begun_idx', 'media_moves where delete_after is null order by created_at', 'asset_id'],
    ['media_variants_waiting_idx', 'media_variants where waiting_since is not null order by waiting_since, id'],
    [
      'media_upload_sessions_fetched_idx',
      'media_upload_sessions where fetch_source is not null order by updated_at, id',
    ],
    ['media_assets_rejected_idx', "media_assets where state = 'quarantined' order by updated_at, id"],
    ['media_variants_unfinished_idx', "media_variants where state in ('queued', 'processing') order by updated_at, id"],
    [
      'media_variants_unsuccessful_idx',
      "media_variants where state in ('failed', 'cancelled') order by updated_at, id",
    ],
    ['media_variants_drifted_idx', "media_variants where state in ('stale', 'missing') order by updated_at, id"],
    [
      'media_upload_sessions_open_idx',
      "media_upload_sessions where state in ('initialized', 'signed', 'resuming', 'uploading', 'uploaded', 'verifying') order by expires_at, id",
    ],
    ['media_upload_sessions_unsuccessful_idx', "media_upload_sessions where state = 'expired' order by updated_at, id"],
    ['media_processing_runs_open_idx', "media_processing_runs where state = 'processing' order by started_at, id"],
    ['media_processing_runs_finished_at_idx', 'media_processing_runs where finished_at < now() order by finished_at'],
    ['media_attachments_asset_id_idx', "media_attachments where asset_id = '00000000-0000-7000-8000-000000000000'"],
  ]

  test.each(scans)('%s serves its scan', async (index, scan, column = 'id') => {
    // The index of the lists has the same order: with no rows, either would do.
    await client.query('drop index rindle.media_assets_updated_at_id_idx')
    await client.query('set local enable_seqscan = off; set local enable_sort = off; set local enable_bitmapscan = off')
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `explain select ${column} from rindle.${scan} limit 500`,
    )
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain(index)
  })
})
