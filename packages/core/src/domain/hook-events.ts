import type { AssetState, VariantState } from './states.ts'

/** The types of events that handlers of a profile and webhooks may want. */
export const HOOK_EVENT_TYPES = [
  'asset.available',
  'asset.ready',
  'asset.degraded',
  'asset.quarantined',
  'asset.trashed',
  'asset.restored',
  'asset.deleted',
  'variant.ready',
  'variant.failed',
  'upload.completed',
  'attachment.added',
  'attachment.removed',
] as const

/** One of {@link HOOK_EVENT_TYPES}. */
export type HookEventType = (typeof HOOK_EVENT_TYPES)[number]

/** The type of event that each handler of a profile gets, by the name of the handler. */
export const HANDLED_EVENTS: Readonly<Record<HandlerName, HookEventType>> = {
  available: 'asset.available',
  ready: 'asset.ready',
  degraded: 'asset.degraded',
  quarantined: 'asset.quarantined',
  trashed: 'asset.trashed',
  restored: 'asset.restored',
  deleted: 'asset.deleted',
  variantReady: 'variant.ready',
  variantFailed: 'variant.failed',
  uploadCompleted: 'upload.completed',
  attachmentAdded: 'attachment.added',
  attachmentRemoved: 'attachment.removed',
}

/** The names of a profile's handlers. */
export type HandlerName =
  | 'available'
  | 'ready'
  | 'degraded'
  | 'quarantined'
  | 'trashed'
  | 'restored'
  | 'deleted'
  | 'variantReady'
  | 'variantFailed'
  | 'uploadCompleted'
  | 'attachmentAdded'
  | 'attachmentRemoved'

/** The states of a delivery: one event on its way to one target. */
export const DELIVERY_STATES = ['pending', 'delivered', 'dead'] as const

/** One of {@link DELIVERY_STATES}. */
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** The event of an asset that reaches `state`; `null`: nobody can want it. Pure. */
export function assetEvent(state: AssetState): HookEventType | null {
  return known(`asset.${state}`)
}

/** The event of a variant that reaches `state`; `null`: nobody can want it. Pure. */
export function variantEvent(state: VariantState): HookEventType | null {
  return known(`variant.${state}`)
}

function known(type: string): HookEventType | null {
  return HOOK_EVENT_TYPES.find((other) => other === type) ?? null
}

/** The name of the target that stands for the handlers of a profile. Webhooks have no colon in their names. Pure. */
export function handlerTarget(profile: string): string {
  return `profile:${profile}`
}
