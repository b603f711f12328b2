import { randomUUID } from 'node:crypto'
import type { Row } from './legal-rows.ts'

export function trashedAttachmentRow(assetId: unknown, changes: Row = {}): Row {
  const owner = { owner_type: 'user', owner_id: '42', slot: 'avatar', position: 0 }
  return { id: randomUUID(), asset_id: assetId, ...owner, created_at: new Date(0), ...changes }
}

export function relocationRow(assetId: unknown, changes: Row = {}): Row {
  return { to_key: randomUUID(), asset_id: assetId, from_key: randomUUID(), ...changes }
}

export function holdRow(assetId: unknown, changes: Row = {}): Row {
  return { asset_id: assetId, reason: 'case 7', ...changes }
}

const NOBODY = '00000000-0000-7000-8000-000000000000'

/** Rows of the trash and of holds that are refused, and the constraint that does. */
export const refusedTrash: readonly [
  constraint: string,
  what: 'trashedAttachment' | 'relocation' | 'hold',
  changes: Row,
][] = [
  ['media_trashed_attachments_owner_type_check', 'trashedAttachment', { owner_type: '' }],
  ['media_trashed_attachments_owner_id_check', 'trashedAttachment', { owner_id: '' }],
  ['media_trashed_attachments_slot_check', 'trashedAttachment', { slot: '' }],
  ['media_trashed_attachments_position_check', 'trashedAttachment', { position: -1 }],
  ['media_trashed_attachments_asset_id_fkey', 'trashedAttachment', { asset_id: NOBODY }],
  ['media_relocations_to_key_check', 'relocation', { to_key: '' }],
  ['media_relocations_from_key_check', 'relocation', { to_key: 'a', from_key: 'a' }],
  ['media_relocations_state_check', 'relocation', { state: 'done' }],
  ['media_relocations_asset_id_fkey', 'relocation', { asset_id: NOBODY }],
  ['media_holds_reason_check', 'hold', { reason: '' }],
  ['media_holds_asset_id_fkey', 'hold', { asset_id: NOBODY }],
]
