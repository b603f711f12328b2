import { lockAsset } from '../assets/lock.ts'
import type { Asset, Variant } from '../domain/entities.ts'
import type { NormalizedRecipe } from '../domain/recipes.ts'
import { isDeliverable } from '../domain/states.ts'
import { startRuns } from '../kernel/processing-runs.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import type { RunningJob } from '../ports/jobs.ts'
import { cancelVariants } from './cancel.ts'
import { variantsOf } from './read.ts'
import { transitionVariants, type VariantChanges } from './transition.ts'
import { isKnown } from './wait.ts'

/** A variant that this job holds, and the run that records it. */
export interface ClaimedVariant {
  readonly variant: Variant
  readonly runId: string
}

/** The result of a job's claim. */
export interface Claim {
  /** The asset as it was when the work began. */
  readonly asset: Asset
  readonly variants: readonly ClaimedVariant[]
  /** Recipes of the other variants of this class of work. */
  readonly siblings: readonly NormalizedRecipe[]
  /** Whether variants of the asset wait with recipes that only a newer version knows. */
  readonly hasUnknown: boolean
}

/**
 * Claims an asset's waiting variants for a job: `queued` → `processing`, with the job's id and one more attempt. Claims
 * again those that an earlier attempt of the same job left in `processing` when its worker died. Leaves recipes that
 * only a newer version knows to that version. Returns `null` when there is nothing to do.
 */
export async function claim(
  runtime: Runtime,
  job: RunningJob,
  assetId: string,
  belongs: (variant: Variant) => boolean,
): Promise<Claim | null> {
  return inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    if (asset === null) return null
    const all = await variantsOf(unit, assetId)
    const unknown = all.filter((variant) => variant.state === 'queued' && !isKnown(variant))
    const candidates = all.filter((variant) => belongs(variant) && isKnown(variant))
    const wanted = candidates.filter((variant) => isClaimable(variant, job.id))
    const hasUnknown = unknown.length > 0
    if (wanted.length === 0 && !hasUnknown) return null
    if (!isDeliverable(asset.state)) {
      // Quarantined or deleted while it waited: nothing is made, and no variant may wait for a job that will not come.
      const reason = asset.state === 'quarantined' ? 'asset_quarantined' : 'asset_gone'
      await cancelVariants(runtime, unit, asset, [...wanted, ...unknown], reason)
      return null
    }
    if (wanted.length === 0) return { asset, variants: [], siblings: [], hasUnknown }
    const changes = ({ attempt }: Variant): VariantChanges => ({ jobId: job.id, attempt: attempt + 1, progress: 0 })
    const moved = await transitionVariants(runtime, unit, asset, wanted, 'processing', { changes, mayStay: true })
    const claimed = moved.map((variant) => ({ variant, runId: runtime.newId() }))
    await startRuns(
      runtime,
      unit,
      claimed.map(({ variant, runId }) => ({
        id: runId,
        jobId: job.id,
        assetId,
        variantName: variant.name,
        attempt: variant.attempt,
      })),
    )
    const siblings = candidates.filter((variant) => !wanted.includes(variant) && variant.state !== 'purged')
    return { asset, variants: claimed, siblings: siblings.map(({ recipe }) => recipe), hasUnknown }
  })
}

function isClaimable(variant: Variant, jobId: string): boolean {
  return variant.state === 'queued' || (variant.state === 'processing' && variant.jobId === jobId)
}
