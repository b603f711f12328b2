import type { Row } from './legal-rows.ts'

/** Legal rows of what tells of moves and mirrors. */
export const moveRows = {
  media_moves: (assetId: unknown, changes: Row): Row => ({
    asset_id: assetId,
    storage: 'archive',
    keys: [],
    ...changes,
  }),
  media_mirror_changes: (_assetId: unknown, changes: Row): Row => ({
    storage: 'main',
    storage_key: 'photo/1/original',
    due_at: new Date(0),
    ...changes,
  }),
}

/** What the constraints refuse: the constraint, the table, and what is wrong. */
export const refusedMoves: readonly (readonly [constraint: string, table: keyof typeof moveRows, changes: Row])[] = [
  ['media_moves_storage_check', 'media_moves', { storage: '' }],
  ['media_moves_is_deleting_check', 'media_moves', { is_deleting: true }],
  ['media_mirror_changes_storage_check', 'media_mirror_changes', { storage: '' }],
  ['media_mirror_changes_storage_key_check', 'media_mirror_changes', { storage_key: '' }],
  ['media_mirror_changes_attempts_check', 'media_mirror_changes', { attempts: -1 }],
]
