import { type AGGREGATE_STATES, IN_FLIGHT_STATES, type Lane, type VariantState } from './states.ts'

/** The fields of a variant that the aggregate rule reads. */
export interface AggregatedVariant {
  readonly state: VariantState
  /** The lane of its work. */
  readonly queue: Lane
  /** Whether it is made only when a page first asks for it. */
  readonly onDemand: boolean
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
 * (`degraded`). Purged, stale and missing variants change nothing, and neither do variants on demand: an asset without
 * other ones is `ready`.
 */
export function aggregateState(variants: readonly AggregatedVariant[]): AggregateState {
  const eager = variants.filter(({ onDemand }) => !onDemand)
  const pending = eager.filter(({ state }) => PENDING.includes(state))
  if (pending.some(({ queue }) => queue === 'media')) return 'transcoding'
  if (pending.length > 0) return 'processing'
  return eager.some(({ state }) => UNSUCCESSFUL.includes(state)) ? 'degraded' : 'ready'
}
