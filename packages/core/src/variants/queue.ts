import type { Asset, Variant } from '../domain/entities.ts'
import { outputKind } from '../domain/recipe-facts.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import { jobsFor, type PlannedVariant } from './plan.ts'
import { transitionVariants, type VariantChanges } from './transition.ts'

/**
 * Moves variants, whose asset is locked, to `queued`, to be made by the recipe that is declared now, and enqueues their
 * jobs. An older object stays and may be served meanwhile; the key of one that is gone is cleared, so that nobody is
 * sent there. The job that held them before is forgotten: when its death is handled late, these are not its any more. The
 * attempts go on counting: a worker that was taken for dead must not meet its own number again.
 */
export async function queueVariants(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  variants: readonly Variant[],
  declared: readonly PlannedVariant[],
): Promise<void> {
  const byName = new Map(declared.map((variant) => [variant.name, variant]))
  const wanted = variants.flatMap((variant) => {
    const declaration = byName.get(variant.name)
    if (declaration === undefined) return []
    return [{ ...variant, recipe: declaration.recipe, recipeDigest: declaration.digest }]
  })
  const changes = ({ state, storageKey, recipe, recipeDigest }: (typeof wanted)[number]): VariantChanges => ({
    recipe,
    recipeDigest,
    outputKind: outputKind(recipe),
    storageKey: state === 'missing' || state === 'purged' ? null : storageKey,
    progress: 0,
    jobId: null,
    errorReason: null,
    errorMessage: null,
  })
  await transitionVariants(runtime, unit, asset, wanted, 'queued', { changes, waiting: 'ends' })
  for (const request of jobsFor(asset.id, wanted)) unit.enqueue(request)
}
