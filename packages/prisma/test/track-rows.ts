import { randomUUID } from 'node:crypto'
import type { Row } from './legal-rows.ts'

export function trackRow(assetId: unknown, changes: Row = {}): Row {
  const facts = { kind: 'captions', lang: 'en', label: 'English', storage_key: randomUUID() }
  return { id: randomUUID(), asset_id: assetId, ...facts, byte_size: 7, cue_count: 0, ...changes }
}

/** Rows of tracks that are refused, and the constraint that does. */
export const refusedTracks: readonly [constraint: string, changes: Row][] = [
  ['media_tracks_kind_check', { kind: 'metadata' }],
  ['media_tracks_lang_check', { lang: 'en_US' }],
  ['media_tracks_label_check', { label: '' }],
  ['media_tracks_source_index_check', { source_index: -1 }],
  ['media_tracks_storage_key_check', { storage_key: '' }],
  ['media_tracks_byte_size_check', { byte_size: 0 }],
  ['media_tracks_cue_count_check', { cue_count: -1 }],
  ['media_tracks_asset_id_fkey', { asset_id: '00000000-0000-7000-8000-000000000000' }],
]
