import { type AGGREGATE_STATES, IN_FLIGHT_STATES, type Lane, type VariantState } from './states.ts'

/** The fields of a variant that the aggregate rule reads. */
export interface AggregatedVariant {
  readonly state: VariantState
  /** The lane of its work. */
  readonly queue: Lane
}

/** The asset states that the variants decide. */
export type AggregateState = (typeof AGGREGATE_STATES)[number]

const PENDING: readonly VariantState[] = ['planned', ...IN_FLIGHT_STATES]
const UNSUCCESSFUL: readonly VariantState[] = ['failed', 'cancelled']

/** The variant states that the rule reads; variants in other states may be left out. */
export const DECIDING_STATES: readonly VariantState[] = [...PENDING, ...UNSUCCESSFUL]

/**
 * Returns the state of a deliverable asset, given all its variants. Apply it with the asset row locked, in the
 * transaction that changes a variant. Otherwise two variants that finish together leave the asset in the wrong state.
 *
 * Pending work decides first (`transcoding` if any of it is in the lane `media`, else `processing`), then failed or cancelled work
 * (`degraded`). Purged, stale and missing variants change nothing: an asset without variants is `ready`.
 */
export function aggregateState(variants: readonly AggregatedVariant[]): AggregateState {
  const pending = variants.filter((variant) => PENDING.includes(variant.state))
  if (pending.some((variant) => variant.queue === 'media')) return 'transcoding'
  if (pending.length > 0) return 'processing'
  return variants.some((variant) => UNSUCCESSFUL.includes(variant.state)) ? 'degraded' : 'ready'
}
