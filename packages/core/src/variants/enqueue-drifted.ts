import type { Asset, Variant } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import type { VariantDrift } from './drift.ts'
import { type PlannedVariant, planVariants } from './plan.ts'
import { queueVariants } from './queue.ts'
import { transitionVariants } from './transition.ts'

/** An asset's variants and their declarations. */
export interface DriftedAsset {
  readonly variants: readonly Variant[]
  readonly declared: readonly PlannedVariant[]
  readonly drift: VariantDrift<Variant>
}

/**
 * Marks outdated variants, then enqueues them with the rest of the work, behind fresh uploads. The caller holds the
 * asset's lock.
 */
export async function enqueueDrifted(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  { variants, declared, drift }: DriftedAsset,
): Promise<void> {
  const lacking = new Set(drift.lacking.map(({ name }) => name))
  const declaredAgain = variants.filter(({ name }) => lacking.has(name))
  const hasRow = new Set(declaredAgain.map(({ name }) => name))
  const stale = await transitionVariants(runtime, unit, asset, drift.outdated, 'stale')
  await queueVariants(runtime, unit, asset, [...stale, ...drift.unmade, ...declaredAgain], declared, { isBulk: true })
  const isNew = ({ name }: PlannedVariant): boolean => !hasRow.has(name)
  await planVariants(runtime, unit, asset, drift.lacking.filter(isNew), { isBulk: true })
}
