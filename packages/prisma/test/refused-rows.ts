import type { Row } from './legal-rows.ts'

/** Changes of a legal row that are refused, and the constraint that does. */
type Refused = readonly (readonly [constraint: string, changes: Row])[]

/** Of a row by `aVariant`. */
export const refusedVariants: Refused = [
  ['media_variants_state_check', { state: 'available' }],
  ['media_variants_output_kind_check', { output_kind: 'other' }],
  ['media_variants_queue_check', { queue: 'gpu', work_class: 'x' }],
  ['media_variants_work_class_check', { queue: 'process', work_class: '' }],
  ['media_variants_byte_size_check', { byte_size: -1 }],
  ['media_variants_width_check', { width: 0 }],
  ['media_variants_height_check', { height: 0 }],
  ['media_variants_duration_ms_check', { duration_ms: -1 }],
  ['media_variants_progress_check', { progress: -1 }],
  ['media_variants_progress_check', { progress: 101 }],
  ['media_variants_attempt_check', { attempt: -1 }],
  ['media_variants_recipe_digest_check', { recipe_digest: 'short' }],
  ['media_variants_name_check', { name: '' }],
  ['media_variants_storage_key_check', { storage_key: '' }],
  ['media_variants_content_type_check', { content_type: '' }],
  ['recipe not null', { recipe: null }],
  ['media_variants_asset_id_fkey', { asset_id: '00000000-0000-7000-8000-000000000000' }],
]

/** Of a row by `aReadyVariant`. */
export const refusedReadyVariants: Refused = [
  ['media_variants_ready_check', { storage_key: null }],
  ['media_variants_ready_check', { content_type: null }],
  ['media_variants_ready_check', { byte_size: null }],
  ['media_variants_ready_check', { generated_at: null }],
]

/** Of a row by `anAttachment`. */
export const refusedAttachments: Refused = [
  ['media_attachments_position_check', { position: -1 }],
  ['media_attachments_owner_type_check', { owner_type: '' }],
  ['media_attachments_owner_id_check', { owner_id: '' }],
  ['media_attachments_slot_check', { slot: '' }],
  ['media_attachments_asset_id_fkey', { asset_id: '00000000-0000-7000-8000-000000000000' }],
]

/** Of a row by `aRun`. */
export const refusedRuns: Refused = [
  ['media_processing_runs_state_check', { state: 'ready' }],
  ['media_processing_runs_finished_at_check', { state: 'succeeded' }],
  ['media_processing_runs_attempt_check', { attempt: -1 }],
  ['media_processing_runs_worker_check', { worker: '' }],
  ['media_processing_runs_variant_name_check', { variant_name: '' }],
]

/** Of a row by `aSession`. */
export const refusedSessions: Refused = [
  ['media_upload_sessions_chosen_check', { chosen_batch: 'trip' }],
  ['media_upload_sessions_chosen_check', { chosen_batch: 'trip', chosen_index: -1 }],
  ['media_upload_sessions_state_check', { state: 'staged' }],
  ['media_upload_sessions_upload_strategy_check', { upload_strategy: 'post' }],
  ['media_upload_sessions_completed_check', { state: 'completed' }],
  ['media_upload_sessions_resumable_check', { session_uri: 'https://x' }],
  ['media_upload_sessions_resumable_check', { resumable_protocol: 'tus' }],
  ['media_upload_sessions_upload_length_check', { upload_length: -1 }],
  ['media_upload_sessions_last_known_offset_check', { last_known_offset: -1 }],
  ['media_upload_sessions_last_known_offset_check', { upload_length: 1, last_known_offset: 2 }],
  ['media_upload_sessions_declared_checksum_check', { declared_checksum: 'x' }],
  ['media_upload_sessions_upload_key_check', { upload_key: '' }],
  ['media_upload_sessions_multipart_upload_id_check', { multipart_upload_id: '' }],
  ['media_upload_sessions_attach_check', { attach_owner_type: 'member', attach_owner_id: '7' }],
  ['media_upload_sessions_session_uri_check', { upload_strategy: 'resumable', session_uri: '' }],
  ['expires_at not null', { expires_at: null }],
  ['media_upload_sessions_asset_id_fkey', { asset_id: '00000000-0000-7000-8000-000000000000' }],
  ['media_upload_sessions_resumable_concat_check', { resumable_concat: 'partial' }],
  ['media_upload_sessions_fetch_source_check', { fetch_source: '{}' }],
]

/** Of a row by `aWorker`. */
export const refusedWorkers: Refused = [
  ['media_workers_host_check', { host: '' }],
  ['media_workers_process_id_check', { process_id: 0 }],
  ['media_workers_queues_check', { queues: '[]' }],
  ['media_workers_refused_check', { refused: '[]' }],
  ['media_workers_targets_check', { targets: '{}' }],
]
