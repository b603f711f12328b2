/** States of an asset, in the order of its life. */
export const ASSET_STATES = [
  'staged',
  'validating',
  'analyzing',
  'promoting',
  'available',
  'processing',
  'transcoding',
  'ready',
  'degraded',
  'quarantined',
  'trashed',
  'deleted',
] as const

/** One of {@link ASSET_STATES}. */
export type AssetState = (typeof ASSET_STATES)[number]

/** States of a variant, in the order of its life. */
export const VARIANT_STATES = [
  'planned',
  'queued',
  'processing',
  'ready',
  'failed',
  'cancelled',
  'stale',
  'missing',
  'purged',
] as const

/** One of {@link VARIANT_STATES}. */
export type VariantState = (typeof VARIANT_STATES)[number]

/** States of an upload session, in the order of its life. */
export const SESSION_STATES = [
  'initialized',
  'signed',
  'resuming',
  'uploading',
  'uploaded',
  'verifying',
  'completed',
  'aborted',
  'expired',
  'failed',
] as const

/** One of {@link SESSION_STATES}. */
export type SessionState = (typeof SESSION_STATES)[number]

/** States of a processing run. A run is an audit record: it has no transitions of its own. */
export const RUN_STATES = ['queued', 'processing', 'succeeded', 'failed', 'cancelled'] as const

/** One of {@link RUN_STATES}. */
export type RunState = (typeof RUN_STATES)[number]

/** Variant states in which a job does the work, or will. Runs have the same two. */
export const IN_FLIGHT_STATES = ['queued', 'processing'] as const

/** One of {@link IN_FLIGHT_STATES}. */
export type InFlightState = (typeof IN_FLIGHT_STATES)[number]

/** Whether a variant in `state` has work that waits or runs: one of {@link IN_FLIGHT_STATES}. */
export function isInFlight(state: VariantState): state is InFlightState {
  return (IN_FLIGHT_STATES as readonly VariantState[]).includes(state)
}

/** The state of a run that has ended. */
export type EndedRunState = Exclude<RunState, InFlightState>

/** The kind of an asset, judged by its bytes. */
export const ASSET_KINDS = ['image', 'video', 'audio', 'other'] as const

/** One of {@link ASSET_KINDS}. */
export type AssetKind = (typeof ASSET_KINDS)[number]

/** The kind of a variant, for those who show it; `data` is for programs. */
export const OUTPUT_KINDS = ['image', 'video', 'audio', 'stream', 'data'] as const

/** One of {@link OUTPUT_KINDS}. */
export type OutputKind = (typeof OUTPUT_KINDS)[number]

/**
 * The lanes of variant work, each with a queue of its own: `process` for what takes seconds, `media` for what takes
 * minutes.
 */
export const LANES = ['process', 'media'] as const

/** One of {@link LANES}. */
export type Lane = (typeof LANES)[number]

/** The kinds of a text track, in the words of HTML. */
export const TRACK_KINDS = ['captions', 'subtitles', 'chapters'] as const

/** One of {@link TRACK_KINDS}. */
export type TrackKind = (typeof TRACK_KINDS)[number]

/** The ways in which the bytes of an upload session travel. */
export const UPLOAD_STRATEGIES = ['presigned_put', 'multipart', 'resumable', 'proxied', 'fetched', 'adopted'] as const

/** One of {@link UPLOAD_STRATEGIES}. */
export type UploadStrategy = (typeof UPLOAD_STRATEGIES)[number]

/** Asset states in which an upload is on its way to be available: a promotion has begun, or will begin. */
export const PROMOTION_STATES: readonly AssetState[] = ['validating', 'analyzing', 'promoting']

/** Asset states that the states of its variants decide. */
export const AGGREGATE_STATES = ['processing', 'transcoding', 'ready', 'degraded'] as const

/** Asset states in which the original may be delivered: verified, durable, neither rejected nor deleted. */
export const DELIVERABLE_STATES: readonly AssetState[] = ['available', ...AGGREGATE_STATES]

/** Whether an asset in `state` is not verified yet: it may be delivered later, or it is refused. */
export function isUnverified(state: AssetState): boolean {
  return state === 'staged' || PROMOTION_STATES.includes(state)
}

/** Whether an asset in `state` may be delivered: one of {@link DELIVERABLE_STATES}. */
export function isDeliverable(state: AssetState): boolean {
  return DELIVERABLE_STATES.includes(state)
}

/** Asset states in which nothing changes any more by itself. */
const SETTLED_STATES: readonly AssetState[] = ['ready', 'degraded', 'quarantined', 'trashed', 'deleted']

/** Whether nothing of an asset in `state` changes any more by itself: no work waits or runs. */
export function isSettledState(state: AssetState): boolean {
  return SETTLED_STATES.includes(state)
}
