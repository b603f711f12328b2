import { randomUUID } from 'node:crypto'

export type Row = Record<string, unknown>

export const DIGEST = 'ab'.repeat(32)

/** A new asset that has only what every asset has. */
export function assetRow(changes: Row = {}): Row {
  const staged = { storage_key: `staging/${randomUUID()}`, filename: 'photo.jpg', state: 'staged' }
  return { id: randomUUID(), profile: 'avatar', storage: 'main', ...staged, ...changes }
}

/** An asset in a state in which it is delivered. */
export function deliverableAssetRow(changes: Row = {}): Row {
  const promoted = { storage_key: `avatar/${randomUUID()}`, content_type: 'image/jpeg', byte_size: 1, kind: 'image' }
  return assetRow({ state: 'available', ...promoted, ...changes })
}

export function variantRow(assetId: unknown, changes: Row = {}): Row {
  const recipe = { output_kind: 'image', recipe: '{}', recipe_digest: DIGEST }
  return { id: randomUUID(), asset_id: assetId, name: 'thumb', state: 'planned', ...recipe, ...changes }
}

export function readyVariantRow(assetId: unknown, changes: Row = {}): Row {
  const made = { storage_key: randomUUID(), content_type: 'image/webp', byte_size: 1, generated_at: new Date(0) }
  return variantRow(assetId, { state: 'ready', ...made, ...changes })
}

export function sessionRow(assetId: unknown, changes: Row = {}): Row {
  return {
    id: randomUUID(),
    asset_id: assetId,
    state: 'initialized',
    upload_strategy: 'presigned_put',
    upload_key: `staging/${randomUUID()}`,
    expires_at: new Date(0),
    ...changes,
  }
}

export function attachmentRow(assetId: unknown, changes: Row = {}): Row {
  const owner = { owner_type: 'user', owner_id: '42', slot: 'avatar' }
  return { id: randomUUID(), asset_id: assetId, ...owner, ...changes }
}

export function runRow(changes: Row = {}): Row {
  return { id: randomUUID(), asset_id: randomUUID(), worker: 'promote', state: 'processing', ...changes }
}

export function workerRow(changes: Row = {}): Row {
  return { id: randomUUID(), host: 'worker-1', process_id: 42, queues: '{"rindle_promote":5}', ...changes }
}

export function operatorActionRow(changes: Row = {}): Row {
  return { id: randomUUID(), actor: 'ana', verb: 'purgeAsset', outcome: 'running', ...changes }
}

export function maintenanceRunRow(changes: Row = {}): Row {
  return { task: randomUUID(), worker: 'worker-1:42', state: 'processing', started_at: new Date(0), ...changes }
}

export function declaredVariantRow(changes: Row = {}): Row {
  return { profile: randomUUID(), variant: 'thumb', digest: 'ab'.repeat(32), ...changes }
}

export function storageRow(changes: Row = {}): Row {
  return { name: randomUUID(), identity: randomUUID(), ...changes }
}
