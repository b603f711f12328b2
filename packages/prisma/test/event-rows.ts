import { randomUUID } from 'node:crypto'
import type { Row } from './legal-rows.ts'

export function eventRow(assetId: unknown, changes: Row = {}): Row {
  const facts = { profile: 'avatar', type: 'asset.ready', payload: '{}' }
  return { id: randomUUID(), asset_id: assetId, ...facts, ...changes }
}

export function targetRow(changes: Row = {}): Row {
  const wishes = { types: ['asset.ready'], profiles: [] }
  return { name: randomUUID(), kind: 'webhook', ...wishes, declared_at: new Date(0), ...changes }
}

export function deliveryRow(eventId: unknown, changes: Row = {}): Row {
  return { event_id: eventId, target: 'search', asset_id: randomUUID(), sequence: 1, ...changes }
}

const now = new Date(0)

/** Rows of events, of their targets and of their deliveries that are refused, and the constraint that does. */
export const refusedEvents: readonly [constraint: string, what: 'event' | 'target' | 'delivery', changes: Row][] = [
  ['media_events_profile_check', 'event', { profile: '' }],
  ['media_events_type_check', 'event', { type: 'ready' }],
  ['media_events_payload_check', 'event', { payload: '[]' }],
  ['media_event_targets_name_check', 'target', { name: '' }],
  ['media_event_targets_kind_check', 'target', { kind: 'mail' }],
  ['media_event_targets_types_check', 'target', { types: [] }],
  ['profiles not null', 'target', { profiles: null }],
  ['media_event_targets_held_check', 'target', { held_until: now }],
  ['media_event_targets_held_reason_check', 'target', { held_until: now, held_reason: 'tired' }],
  ['media_event_targets_failures_check', 'target', { failures: -1 }],
  ['media_deliveries_target_check', 'delivery', { target: '' }],
  ['media_deliveries_state_check', 'delivery', { state: 'failed', settled_at: now }],
  ['media_deliveries_attempts_check', 'delivery', { attempts: -1 }],
  ['media_deliveries_claimed_check', 'delivery', { claimed_by: 'x' }],
  [
    'media_deliveries_claimed_check',
    'delivery',
    { claimed_by: 'x', claimed_until: now, state: 'dead', settled_at: now },
  ],
  ['media_deliveries_last_status_check', 'delivery', { last_status: 42 }],
  ['media_deliveries_settled_at_check', 'delivery', { state: 'delivered' }],
  ['media_deliveries_settled_at_check', 'delivery', { settled_at: now }],
  ['media_deliveries_event_id_fkey', 'delivery', { event_id: '00000000-0000-7000-8000-000000000000' }],
]
