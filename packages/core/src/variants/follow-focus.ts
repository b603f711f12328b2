import type { Asset, Variant } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import { UNMADE } from './drift.ts'
import { jobsFor, recipeColumns, type WantedVariant } from './plan.ts'
import { queueVariants } from './queue.ts'
import { transitionVariants, type VariantChanges } from './transition.ts'

/**
 * Has variants made by the recipes that hold the present focus of their asset: those with another one become stale and
 * are queued, and those that wait already are made by the present one instead. One that a worker is making is left: its
 * settlement calls this again. So are failed, cancelled and purged ones, which nobody makes. Returns whether it changed
 * any. The caller holds the asset's lock, and applies the aggregate.
 */
export async function followFocus(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  variants: readonly Variant[],
  wanted: readonly WantedVariant[],
): Promise<boolean> {
  const byName = new Map(wanted.map((variant) => [variant.name, variant]))
  const outdated = variants.filter(({ name, recipeDigest }) => {
    const digest = byName.get(name)?.digest
    return digest !== undefined && digest !== recipeDigest
  })
  const made = outdated.filter(({ state }) => state === 'ready')
  const unmade = outdated.filter(({ state }) => UNMADE.includes(state))
  const waiting = outdated.filter(({ state }) => state === 'queued')
  const stale = await transitionVariants(runtime, unit, asset, made, 'stale')
  await queueVariants(runtime, unit, asset, [...stale, ...unmade], wanted)
  // Whatever one waits for, it goes on waiting for it.
  const changes = ({ name }: Variant): VariantChanges => columnsOf(byName.get(name))
  const changed = await transitionVariants(runtime, unit, asset, waiting, 'queued', { changes, mayStay: true })
  for (const request of jobsFor(asset.id, changed)) unit.enqueue(request)
  return stale.length + unmade.length + changed.length > 0
}

function columnsOf(wanted: WantedVariant | undefined): VariantChanges {
  return wanted === undefined ? {} : recipeColumns(wanted)
}
