import { IN_FLIGHT_STATES, type VariantState } from './states.ts'

/** The ways to serve a variant whose object was made by an older recipe. */
export const STALE_MODES = ['fallback_original', 'serve_stale'] as const

/** One of {@link STALE_MODES}. */
export type StaleMode = (typeof STALE_MODES)[number]

/** The substitutes for a variant without an object to serve. */
export const NOT_READY_MODES = ['original', 'placeholder', 'error'] as const

/** One of {@link NOT_READY_MODES}. */
export type NotReadyMode = (typeof NOT_READY_MODES)[number]

/** The fields of a variant that the policy reads. */
export interface ChoosableVariant {
  readonly state: VariantState
  /** Whether its row names an object that still exists, made by the current recipe or by an older one. */
  readonly hasObject: boolean
}

// With an object, queued and processing mean that the variant is made again.
const OUTDATED: readonly VariantState[] = ['stale', ...IN_FLIGHT_STATES]

/** The choice of what to serve. */
export type VariantChoice = { readonly serve: 'variant' | NotReadyMode }

/** Whether a variant's own object is served, by this stale mode. Pure. */
export function isServable(
  { state, storageKey }: { readonly state: VariantState; readonly storageKey: string | null },
  staleMode: StaleMode,
): boolean {
  return chooseVariant({ state, hasObject: storageKey !== null }, staleMode, 'error').serve === 'variant'
}

/**
 * Decides what to serve for a requested variant; `undefined` means that the asset has no row for it.
 *
 * A ready variant is served. `staleMode` alone governs a stale variant, and one that is made again while its older
 * object still exists, so that queuing its work does not change the answer. `onNotReady` governs everything else.
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
