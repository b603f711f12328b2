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
 * Marks outdated variants, then enqueues them with the rest of the work, behind fresh uploads. Variants that are made on
 * demand since, or no longer, take part in the aggregate accordingly: the caller applies it. The caller holds the asset's
 * lock.
 */
export async function enqueueDrifted(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  { variants, declared, drift }: DriftedAsset,
): Promise<void> {
  await regroup(unit, drift.regrouped)
  const lacking = new Set(drift.lacking.map(({ name }) => name))
  const declaredAgain = variants.filter(({ name }) => lacking.has(name))
  const hasRow = new Set(declaredAgain.map(({ name }) => name))
  const stale = await transitionVariants(runtime, unit, asset, drift.outdated, 'stale')
  await queueVariants(runtime, unit, asset, [...stale, ...drift.unmade, ...declaredAgain], declared, { isBulk: true })
  const isNew = ({ name }: PlannedVariant): boolean => !hasRow.has(name)
  await planVariants(runtime, unit, asset, drift.lacking.filter(isNew), { isBulk: true })
}

/** They count as asked for now, so that the next eviction does not take all that have become on demand. */
async function regroup(unit: UnitOfWork, variants: readonly Pick<Variant, 'id'>[]): Promise<void> {
  if (variants.length === 0) return
  await unit.executeSql(
    `update rindle.media_variants set on_demand = not on_demand, updated_at = now(),
       last_asked_at = case when on_demand then last_asked_at else now() end
     where id in (select value::uuid from jsonb_array_elements_text($1::jsonb))`,
    [JSON.stringify(variants.map(({ id }) => id))],
  )
}
