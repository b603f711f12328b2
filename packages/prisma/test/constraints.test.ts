import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deliveryRow, eventRow, refusedEvents, targetRow } from './event-rows.ts'
import {
  assetRow,
  attachmentRow,
  declaredVariantRow,
  deliverableAssetRow,
  maintenanceRunRow,
  operatorActionRow,
  type Row,
  readyVariantRow,
  runRow,
  sessionRow,
  storageRow,
  variantRow,
  workerRow,
} from './legal-rows.ts'
import { moveRows, refusedMoves } from './move-rows.ts'
import { quotaRow, refusedQuotas } from './quota-rows.ts'
import {
  refusedAttachments,
  refusedReadyVariants,
  refusedRuns,
  refusedSessions,
  refusedVariants,
  refusedWorkers,
} from './refused-rows.ts'
import { refusedTracks, trackRow } from './track-rows.ts'
import { holdRow, refusedTrash, relocationRow, trashedAttachmentRow } from './trash-rows.ts'

let testDatabase: TestDatabase
let client: pg.Client
let asset: Row
let event: Row

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  client = new pg.Client({ connectionString: testDatabase.url })
  await client.connect()
})

// Every test sees one asset, and leaves nothing.
beforeEach(async () => {
  await client.query('begin')
  asset = assetRow()
  await insert('media_assets', asset)
  event = eventRow(asset.id)
  await insert('media_events', event)
})

afterEach(async () => {
  await client.query('rollback')
})

afterAll(async () => {
  await client.end()
  await testDatabase.drop()
})

async function insert(table: string, row: Row): Promise<void> {
  const columns = Object.keys(row)
  const parameters = columns.map((_column, index) => `$${index + 1}`)
  await client.query(
    `insert into rindle.${table} (${columns.join(', ')}) values (${parameters.join(', ')})`,
    Object.values(row),
  )
}

/** The name of the constraint that refuses; a column that must not be null has none before PostgreSQL 18. */
async function constraintBrokenBy(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    return error.code === '23502' ? `${error.column} not null` : error.constraint
  }
}

type Builder = (changes: Row) => [table: string, row: Row]

const anAsset: Builder = (changes) => ['media_assets', assetRow(changes)]
const aDeliverable: Builder = (changes) => ['media_assets', deliverableAssetRow(changes)]
const aVariant: Builder = (changes) => ['media_variants', variantRow(asset.id, changes)]
const aReadyVariant: Builder = (changes) => ['media_variants', readyVariantRow(asset.id, changes)]
const aTrack: Builder = (changes) => ['media_tracks', trackRow(asset.id, changes)]
const aSession: Builder = (changes) => ['media_upload_sessions', sessionRow(asset.id, changes)]
const anAttachment: Builder = (changes) => ['media_attachments', attachmentRow(asset.id, changes)]
const aRun: Builder = (changes) => ['media_processing_runs', runRow(changes)]
const ofMove =
  (table: 'media_moves' | 'media_mirror_changes'): Builder =>
  (changes) => [table, moveRows[table](asset.id, changes)]
const aWorker: Builder = (changes) => ['media_workers', workerRow(changes)]
const aDeclaredVariant: Builder = (changes) => ['media_declared_variants', declaredVariantRow(changes)]
const aStorage: Builder = (changes) => ['media_storages', storageRow(changes)]
const ofEvents: Readonly<Record<'event' | 'target' | 'delivery', Builder>> = {
  event: (changes) => ['media_events', eventRow(asset.id, changes)],
  target: (changes) => ['media_event_targets', targetRow(changes)],
  delivery: (changes) => ['media_deliveries', deliveryRow(event.id, changes)],
}
const ofTrash: Readonly<Record<'trashedAttachment' | 'relocation' | 'hold', Builder>> = {
  trashedAttachment: (changes) => ['media_trashed_attachments', trashedAttachmentRow(asset.id, changes)],
  relocation: (changes) => ['media_relocations', relocationRow(asset.id, changes)],
  hold: (changes) => ['media_holds', holdRow(asset.id, changes)],
}
const aMaintenanceRun: Builder = (changes) => ['media_maintenance_runs', maintenanceRunRow(changes)]
const aQuota: Builder = (changes) => ['media_quotas', quotaRow(changes)]
const ofQuotas = { media_assets: anAsset, media_upload_sessions: aSession, media_quotas: aQuota } as const
const anAction: Builder = (changes) => ['media_operator_actions', operatorActionRow(changes)]

const states = {
  media_assets: ['staged', 'validating', 'analyzing', 'promoting', 'quarantined', 'deleted'],
  delivered: ['available', 'processing', 'transcoding', 'ready', 'degraded'],
  media_variants: ['planned', 'queued', 'processing', 'failed', 'cancelled', 'stale', 'missing', 'purged'],
  media_upload_sessions: [
    'initialized',
    'signed',
    'resuming',
    'uploading',
    'uploaded',
    'verifying',
    'aborted',
    'expired',
    'failed',
  ],
  unfinished: ['queued', 'processing'],
  finished: ['succeeded', 'failed', 'cancelled'],
}

const now = new Date(0)
const digest = 'ab'.repeat(32)

const FOR_A_SLOT: Row = { attach_owner_type: 'member', attach_owner_id: '7', attach_slot: 'avatar' }

const legal: [name: string, build: Builder, changes: Row][] = [
  ...states.media_assets.map((state): [string, Builder, Row] => [`an asset ${state}`, anAsset, { state }]),
  ...states.delivered.map((state): [string, Builder, Row] => [`an asset ${state}`, aDeliverable, { state }]),
  ['an asset in the trash', aDeliverable, { state: 'trashed', trashed_at: new Date(0), purge_at: new Date(0) }],
  ['an image with dimensions and without tracks', aDeliverable, { width: 1, height: 1, has_video_track: false }],
  [
    'a video with everything',
    aDeliverable,
    { kind: 'video', width: 1, height: 1, duration_ms: 0, has_video_track: true, has_audio_track: true },
  ],
  [
    'audio with a duration and a track',
    aDeliverable,
    { kind: 'audio', duration_ms: 1, has_audio_track: true, has_video_track: false },
  ],
  [
    'an asset without its metadata',
    aDeliverable,
    { removed_metadata: 'strip', uploaded_sha256: '0'.repeat(64), checksum_sha256: '1'.repeat(64) },
  ],
  ['another kind of file', aDeliverable, { kind: 'other', byte_size: 0 }],
  ['an upload that is begun for a slot', aSession, { ...FOR_A_SLOT, chosen_batch: 'trip', chosen_index: 0 }],
  ['a file above 4 GB', aDeliverable, { byte_size: '5000000000000' }],
  [
    'an asset with checksum and etag',
    anAsset,
    { checksum_sha256: digest, etag: '"x"', filename: 'a b.jpg', metadata: '{"a":1}' },
  ],
  ...states.media_variants.map((state): [string, Builder, Row] => [`a variant ${state}`, aVariant, { state }]),
  ['a ready variant', aReadyVariant, {}],
  ...['image', 'video', 'audio', 'stream', 'data'].map((kind): [string, Builder, Row] => [
    `a variant of kind ${kind}`,
    aVariant,
    { output_kind: kind },
  ]),
  ['a variant at 0 %', aVariant, { progress: 0 }],
  ['a variant at 100 %, attempt 5', aVariant, { progress: 100, attempt: 5, job_id: 'x' }],
  ...['captions', 'subtitles', 'chapters'].map((kind): [string, Builder, Row] => [
    `a track of ${kind}`,
    aTrack,
    { kind },
  ]),
  ['an extracted track', aTrack, { lang: 'zh-Hant-TW', is_default: true, source_index: 0 }],
  ...states.media_upload_sessions.map((state): [string, Builder, Row] => [`a session ${state}`, aSession, { state }]),
  ['a completed session', aSession, { state: 'completed', verified_at: now }],
  ...['presigned_put', 'multipart', 'resumable', 'proxied', 'fetched', 'adopted'].map(
    (strategy): [string, Builder, Row] => [`a session by ${strategy}`, aSession, { upload_strategy: strategy }],
  ),
  ['a multipart session', aSession, { upload_strategy: 'multipart', multipart_upload_id: 'x', multipart_parts: '[]' }],
  [
    'a resumable session',
    aSession,
    {
      upload_strategy: 'resumable',
      resumable_protocol: 'tus',
      session_uri: 'https://x',
      session_uri_expires_at: now,
      upload_length: 2,
      last_known_offset: 2,
    },
  ],
  ['a resumable session of unknown length', aSession, { upload_strategy: 'resumable', last_known_offset: 7 }],
  ['a session that is fetched', aSession, { upload_strategy: 'fetched', fetch_source: '{}' }],
  ['a session with a declared checksum', aSession, { declared_checksum: digest, upload_length: 0 }],
  ['an attachment', anAttachment, { position: 0 }],
  ['a later position', anAttachment, { position: 9 }],
  ['workers of a process', aWorker, { targets: '["search"]' }],
  ['an event', ofEvents.event, { payload: '{"state":"ready"}' }],
  ['an event of a type that a newer version writes', ofEvents.event, { type: 'asset.trashed_again' }],
  ...states.unfinished.map((state): [string, Builder, Row] => [`a run ${state}`, aRun, { state, started_at: now }]),
  ...states.finished.map((state): [string, Builder, Row] => [
    `a run ${state}`,
    aRun,
    { state, finished_at: now, variant_name: 'thumb' },
  ]),
]

describe('a legal row is taken', () => {
  test.each(legal)('%s', async (_name, build, changes) => {
    const [table, row] = build(changes)
    await insert(table, row)
    expect((await client.query(`select 1 from rindle.${table} where id = $1`, [row.id])).rowCount).toBe(1)
  })
})

const refused: [constraint: string, build: Builder, changes: Row][] = [
  ['media_assets_state_check', anAsset, { state: 'uploading' }],
  ['media_assets_kind_check', anAsset, { kind: 'document' }],
  ['media_assets_image_check', anAsset, { kind: 'image', duration_ms: 1 }],
  ['media_assets_image_check', anAsset, { kind: 'image', has_video_track: true }],
  ['media_assets_image_check', anAsset, { kind: 'image', has_audio_track: true }],
  ['media_assets_audio_check', anAsset, { kind: 'audio', width: 1 }],
  ['media_assets_audio_check', anAsset, { kind: 'audio', height: 1 }],
  ['media_assets_audio_check', anAsset, { kind: 'audio', has_video_track: true }],
  ...states.delivered.flatMap((state): [string, Builder, Row][] => [
    ['media_assets_deliverable_check', aDeliverable, { state, content_type: null }],
    ['media_assets_deliverable_check', aDeliverable, { state, byte_size: null }],
  ]),
  ['media_assets_adopted_check', anAsset, { adopted_key: 'a.jpg' }],
  ['media_assets_adopted_check', anAsset, { adopted_storage: 'old' }],
  ['media_assets_adopted_storage_check', anAsset, { adopted_storage: '', adopted_key: 'a.jpg' }],
  ['media_assets_adopted_key_check', anAsset, { adopted_storage: 'old', adopted_key: '' }],
  ['media_assets_in_place_check', anAsset, { in_place: true }],
  ['media_assets_in_place_check', anAsset, { in_place: true, adopted_storage: 'old', adopted_key: 'a.jpg' }],
  ['media_assets_trashed_check', aDeliverable, { state: 'trashed', trashed_at: now }],
  ['media_assets_trashed_check', aDeliverable, { state: 'trashed', purge_at: now }],
  ['media_assets_removed_metadata_check', anAsset, { removed_metadata: 'some' }],
  ['media_assets_uploaded_sha256_check', anAsset, { uploaded_sha256: 'A'.repeat(64) }],
  ['media_assets_byte_size_check', anAsset, { byte_size: -1 }],
  ['media_assets_width_check', anAsset, { width: 0 }],
  ['media_assets_height_check', anAsset, { height: -1 }],
  ['media_assets_duration_ms_check', anAsset, { duration_ms: -1 }],
  ['media_assets_focus_check', anAsset, { focus_x: 0.5 }],
  ['media_assets_focus_check', anAsset, { focus_x: -0.1, focus_y: 1.5 }],
  ['media_assets_thumb_hash_check', anAsset, { thumb_hash: 'data:image/png' }],
  ['media_assets_checksum_sha256_check', anAsset, { checksum_sha256: digest.slice(1) }],
  ['media_assets_checksum_sha256_check', anAsset, { checksum_sha256: digest.toUpperCase() }],
  ['media_assets_checksum_sha256_check', anAsset, { checksum_sha256: `${digest}\n` }],
  ['media_assets_profile_check', anAsset, { profile: '' }],
  ['media_assets_storage_check', anAsset, { storage: '' }],
  ['media_assets_storage_key_check', anAsset, { storage_key: '' }],
  ['media_assets_filename_check', anAsset, { filename: '' }],
  ['media_assets_content_type_check', anAsset, { content_type: '' }],
  ['profile not null', anAsset, { profile: null }],
  ['metadata not null', anAsset, { metadata: null }],

  [
    'media_upload_sessions_session_uri_expires_at_check',
    aSession,
    { upload_strategy: 'resumable', session_uri_expires_at: now },
  ],
  [
    'media_upload_sessions_resumable_protocol_check',
    aSession,
    { upload_strategy: 'resumable', resumable_protocol: '' },
  ],
  ['media_upload_sessions_attach_owner_type_check', aSession, { ...FOR_A_SLOT, attach_owner_type: '' }],
  ['media_upload_sessions_attach_owner_id_check', aSession, { ...FOR_A_SLOT, attach_owner_id: '' }],
  ['media_upload_sessions_attach_slot_check', aSession, { ...FOR_A_SLOT, attach_slot: '' }],

  ['media_processing_runs_finished_at_check', aRun, { finished_at: now }],
  [
    'media_upload_sessions_fetch_source_check',
    aSession,
    { upload_strategy: 'fetched', state: 'failed', fetch_source: '{}' },
  ],
  ['media_maintenance_runs_task_check', aMaintenanceRun, { task: '' }],
  ['media_maintenance_runs_worker_check', aMaintenanceRun, { worker: '' }],
  ['media_maintenance_runs_state_check', aMaintenanceRun, { state: 'queued', finished_at: new Date(0) }],
  ['media_maintenance_runs_finished_at_check', aMaintenanceRun, { finished_at: new Date(0) }],
  ['media_operator_actions_actor_check', anAction, { actor: '' }],
  ['media_operator_actions_verb_check', anAction, { verb: '' }],
  ['media_operator_actions_scope_check', anAction, { scope: '[]' }],
  ['media_operator_actions_numbers_check', anAction, { numbers: '[]' }],
  ['media_operator_actions_outcome_check', anAction, { outcome: 'ready', finished_at: now }],
  ['media_operator_actions_error_reason_check', anAction, { error_reason: 'conflict' }],
  ['media_operator_actions_finished_at_check', anAction, { finished_at: now }],
  ['media_declared_variants_profile_check', aDeclaredVariant, { profile: '' }],
  ['media_declared_variants_variant_check', aDeclaredVariant, { variant: '' }],
  ['media_declared_variants_digest_check', aDeclaredVariant, { digest: 'short' }],
  ['media_declared_variants_marked_check', aDeclaredVariant, { marked: -1 }],
  ['media_storages_name_check', aStorage, { name: '' }],
  ['media_storages_identity_check', aStorage, { identity: '' }],
  ...refusedMoves.map(([constraint, table, row]): [string, Builder, Row] => [constraint, ofMove(table), row]),
  ...refusedQuotas.map(([constraint, table, changes]): [string, Builder, Row] => [
    constraint,
    ofQuotas[table],
    changes,
  ]),
  ...refusedVariants.map(([constraint, changes]): [string, Builder, Row] => [constraint, aVariant, changes]),
  ...refusedReadyVariants.map(([constraint, changes]): [string, Builder, Row] => [constraint, aReadyVariant, changes]),
  ...refusedAttachments.map(([constraint, changes]): [string, Builder, Row] => [constraint, anAttachment, changes]),
  ...refusedRuns.map(([constraint, changes]): [string, Builder, Row] => [constraint, aRun, changes]),
  ...refusedSessions.map(([constraint, changes]): [string, Builder, Row] => [constraint, aSession, changes]),
  ...refusedWorkers.map(([constraint, changes]): [string, Builder, Row] => [constraint, aWorker, changes]),
  ...refusedTracks.map(([constraint, changes]): [string, Builder, Row] => [constraint, aTrack, changes]),
  ...refusedTrash.map(([constraint, what, changes]): [string, Builder, Row] => [constraint, ofTrash[what], changes]),
  ...refusedEvents.map(([constraint, what, changes]): [string, Builder, Row] => [constraint, ofEvents[what], changes]),
]

describe('an impossible row is refused', () => {
  test.each(refused)('%s: %o %o', async (constraint, build, changes) => {
    expect(await constraintBrokenBy(insert(...build(changes)))).toBe(constraint)
  })

  test('no CHECK constraint is missing from this list', async () => {
    const { rows } = await client.query<{ conname: string }>(
      "select conname from pg_constraint where connamespace = 'rindle'::regnamespace and contype = 'c'",
    )
    const tested = new Set(refused.map(([constraint]) => constraint))
    expect(rows.map(({ conname }) => conname).filter((name) => !tested.has(name))).toEqual([])
  })
})

describe('what belongs together', () => {
  test('variants, tracks and sessions go with their asset', async () => {
    await insert('media_variants', variantRow(asset.id))
    await insert('media_tracks', trackRow(asset.id))
    await insert('media_upload_sessions', sessionRow(asset.id))
    await client.query('delete from rindle.media_assets where id = $1', [asset.id])
    expect((await client.query('select 1 from rindle.media_variants')).rowCount).toBe(0)
    expect((await client.query('select 1 from rindle.media_tracks')).rowCount).toBe(0)
    expect((await client.query('select 1 from rindle.media_upload_sessions')).rowCount).toBe(0)
  })

  test('an attached asset cannot be deleted', async () => {
    await insert('media_attachments', attachmentRow(asset.id))
    const work = client.query('delete from rindle.media_assets where id = $1', [asset.id])
    expect(await constraintBrokenBy(work)).toBe('media_attachments_asset_id_fkey')
  })

  test('an event outlives its asset, and takes its deliveries with it', async () => {
    await insert('media_deliveries', deliveryRow(event.id))
    await insert('media_deliveries', deliveryRow(event.id, { target: 'other', state: 'delivered', settled_at: now }))
    await client.query('delete from rindle.media_assets where id = $1', [asset.id])
    expect((await client.query('select 1 from rindle.media_deliveries')).rowCount).toBe(2)
    await client.query('delete from rindle.media_events where id = $1', [event.id])
    expect((await client.query('select 1 from rindle.media_deliveries')).rowCount).toBe(0)
  })

  test('a run outlives its asset', async () => {
    await insert('media_processing_runs', runRow({ asset_id: asset.id }))
    await client.query('delete from rindle.media_assets where id = $1', [asset.id])
    expect((await client.query('select 1 from rindle.media_processing_runs')).rowCount).toBe(1)
  })

  const twice: [constraint: string, build: Builder, changes: Row][] = [
    ['media_assets_storage_key_key', anAsset, { storage_key: 'k' }],
    ['media_assets_adopted_storage_adopted_key_key', anAsset, { adopted_storage: 'old', adopted_key: 'k' }],
    ['media_variants_asset_id_name_key', aVariant, { name: 'thumb' }],
    ['media_variants_storage_key_key', aVariant, { storage_key: 'k' }],
    ['media_tracks_storage_key_key', aTrack, { storage_key: 'k' }],
    ['media_tracks_asset_id_source_index_key', aTrack, { source_index: 2 }],
    ['media_tracks_default_idx', aTrack, { is_default: true }],
    ['media_upload_sessions_upload_key_key', aSession, { upload_key: 'k' }],
    ['media_attachments_owner_type_owner_id_slot_position_key', anAttachment, { position: 1 }],
  ]

  test.each(twice)('%s admits one', async (constraint, build, changes) => {
    await insert(...build(changes))
    const [table, row] = build(changes)
    const other = constraint === 'media_variants_storage_key_key' ? { ...row, name: 'other' } : row
    expect(await constraintBrokenBy(insert(table, other))).toBe(constraint)
  })

  test('captions and chapters have a default each; captions and subtitles share one', async () => {
    await insert('media_tracks', trackRow(asset.id, { is_default: true }))
    await insert('media_tracks', trackRow(asset.id, { kind: 'chapters', is_default: true }))
    await insert('media_tracks', trackRow(asset.id, { kind: 'subtitles' }))
    const second = insert('media_tracks', trackRow(asset.id, { kind: 'subtitles', is_default: true }))
    expect(await constraintBrokenBy(second)).toBe('media_tracks_default_idx')
  })

  test('one statement can swap the positions of a slot', async () => {
    const [first, second] = [attachmentRow(asset.id, { position: 0 }), attachmentRow(asset.id, { position: 1 })]
    await insert('media_attachments', first)
    await insert('media_attachments', second)
    await client.query('update rindle.media_attachments set position = 1 - position')
    const { rows } = await client.query('select id from rindle.media_attachments order by position')
    expect(rows).toEqual([{ id: second.id }, { id: first.id }])
  })
})
