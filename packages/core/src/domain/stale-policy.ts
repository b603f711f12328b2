import { IN_FLIGHT_STATES, type VariantState } from './states.ts'

/** What is served for a variant whose object was made by an older recipe. */
export const STALE_MODES = ['fallback_original', 'serve_stale'] as const

/** One of {@link STALE_MODES}. */
export type StaleMode = (typeof STALE_MODES)[number]

/** What may be served instead of a variant that has nothing to serve. */
export const NOT_READY_MODES = ['original', 'placeholder', 'error'] as const

/** One of {@link NOT_READY_MODES}. */
export type NotReadyMode = (typeof NOT_READY_MODES)[number]

/** What the policy looks at in a variant. */
export interface ChoosableVariant {
  readonly state: VariantState
  /** Whether its row names an object that is still there: made by the current recipe, or by an older one. */
  readonly hasObject: boolean
}

// With an object, queued and processing mean: made once, being made again.
const OUTDATED: readonly VariantState[] = ['stale', ...IN_FLIGHT_STATES]

/** What to serve. */
export type VariantChoice = { readonly serve: 'variant' | NotReadyMode }

/**
 * Decides what to serve when a variant is asked for; `undefined` is a variant that the asset has no row for.
 *
 * A ready one is served. A stale one, and one that is being made again while its older object still exists, is
 * governed by `staleMode` alone, so that the answer does not change when its work is enqueued. Everything else is
 * governed by `onNotReady`.
 */
export function chooseVariant(
  variant: ChoosableVariant | undefined,
  staleMode: StaleMode,
  onNotReady: NotReadyMode,
): VariantChoice {
  if (variant === undefined || !variant.hasObject) return { serve: onNotReady }
  if (variant.state === 'ready') return { serve: 'variant' }
  if (!OUTDATED.includes(variant.state)) return { serve: onNotReady }
  return { serve: staleMode === 'serve_stale' ? 'variant' : 'original' }
}
