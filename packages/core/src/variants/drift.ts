import type { Variant } from '../domain/entities.ts'
import { isInFlight, type VariantState } from '../domain/states.ts'
import type { PlannedVariant } from './plan.ts'

/** The fields that decide about drift; the storage key only tells whether a purged variant has one. */
export type DriftingVariant = Pick<Variant, 'name' | 'state' | 'recipeDigest' | 'storageKey' | 'onDemand'>

/** The differences between an asset's variants and its profile's declarations. */
export interface VariantDrift<V extends DriftingVariant = DriftingVariant> {
  /** Ready, and made by another recipe than the declared one. */
  readonly outdated: readonly V[]
  /** Stale, missing, or never enqueued: to be made. */
  readonly unmade: readonly V[]
  /**
   * Declared, but without a row, or purged while it was not declared. Never one on demand: it lacks nothing until a page
   * asks for it.
   */
  readonly lacking: readonly PlannedVariant[]
  /** Made on demand, but no longer declared so, or the reverse. */
  readonly regrouped: readonly V[]
  /** Queued or processing. */
  readonly inFlight: readonly V[]
  /** No longer declared. */
  readonly undeclared: readonly V[]
  /** Purged by a run that was killed before it deleted their objects. */
  readonly halfPurged: readonly V[]
}

/** The states of variants that are to be made, and wait for nothing. */
export const UNMADE: readonly VariantState[] = ['stale', 'missing', 'planned']

/**
 * Compares variants with their declarations; with `only`, those of one name. Pure. Leaves out failed and cancelled
 * ones: a person has to look at them first.
 */
export function variantDrift<V extends DriftingVariant>(
  variants: readonly V[],
  declared: readonly PlannedVariant[],
  only?: string,
): VariantDrift<V> {
  const isWanted = ({ name }: { readonly name: string }): boolean => only === undefined || name === only
  const wanted = variants.filter(isWanted)
  const present = wanted.filter(({ state }) => state !== 'purged')
  const digests = new Map(declared.map(({ name, digest }) => [name, digest]))
  const onDemand = new Set(declared.filter((variant) => variant.onDemand).map(({ name }) => name))
  const current = present.filter(({ name }) => digests.has(name))
  const names = new Set(present.map(({ name }) => name))
  return {
    outdated: current.filter(
      ({ name, state, recipeDigest }) => state === 'ready' && recipeDigest !== digests.get(name),
    ),
    unmade: current.filter(({ state }) => UNMADE.includes(state)),
    lacking: declared.filter((variant) => isWanted(variant) && !variant.onDemand && !names.has(variant.name)),
    regrouped: current.filter((variant) => variant.onDemand !== onDemand.has(variant.name)),
    inFlight: current.filter(({ state }) => isInFlight(state)),
    undeclared: present.filter(({ name }) => !digests.has(name)),
    halfPurged: wanted.filter((variant) => isHalfPurged(variant) && !digests.has(variant.name)),
  }
}

function isHalfPurged({ state, storageKey }: DriftingVariant): boolean {
  return state === 'purged' && storageKey !== null
}
