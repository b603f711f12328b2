import type { Asset, Variant } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import { type BulkOptions, jobsFor, recipeColumns, type WantedVariant } from './plan.ts'
import { transitionVariants, type VariantChanges } from './transition.ts'

/**
 * Moves variants to `queued`, to be made by the declared recipe, and enqueues their jobs. The caller holds the asset's
 * lock. An older object stays and may be served meanwhile; the key of a missing object is cleared, so that no URL leads
 * to it. The previous job is forgotten: a late notice of its death no longer concerns these variants. The attempts go
 * on counting, so that a worker that only seemed dead never meets its own number again.
 */
export async function queueVariants(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  variants: readonly Variant[],
  declared: readonly WantedVariant[],
  options: BulkOptions = {},
): Promise<void> {
  const byName = new Map(declared.map((variant) => [variant.name, variant]))
  const wanted = variants.flatMap((variant) => {
    const declaration = byName.get(variant.name)
    if (declaration === undefined) return []
    return [{ ...variant, ...recipeColumns(declaration) }]
  })
  const changes = (variant: (typeof wanted)[number]): VariantChanges => ({
    recipe: variant.recipe,
    recipeDigest: variant.recipeDigest,
    unfocusedDigest: variant.unfocusedDigest,
    outputKind: variant.outputKind,
    queue: variant.queue,
    workClass: variant.workClass,
    onDemand: variant.onDemand,
    storageKey: variant.state === 'missing' || variant.state === 'purged' ? null : variant.storageKey,
    progress: 0,
    jobId: null,
    errorReason: null,
    errorMessage: null,
  })
  await transitionVariants(runtime, unit, asset, wanted, 'queued', { changes, waiting: 'ends' })
  for (const request of jobsFor(asset.id, wanted, options)) unit.enqueue(request)
}
