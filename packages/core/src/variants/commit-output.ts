import type { Asset } from '../domain/entities.ts'
import { variantEvent } from '../domain/hook-events.ts'
import { wantedEvent } from '../kernel/outbox.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { inOneStatement } from '../kernel/unit-of-work.ts'
import type { ClaimedVariant } from './claim.ts'
import type { StoredOutput } from './settle.ts'
import { transitionVariants } from './transition.ts'

/**
 * Commits an output in one statement, which saves four round trips. For a job that still holds other variants of the
 * asset: the aggregate cannot change before they are settled, and the last `settle` of the job applies it. Has the same
 * guards as `settle`. `false`: nothing changed, because a guard failed or more than the variant must change.
 */
export async function commitOutput(
  runtime: Runtime,
  asset: Asset,
  { variant, maker, runId }: Pick<ClaimedVariant, 'variant' | 'maker' | 'runId'>,
  output: StoredOutput,
): Promise<boolean> {
  const replacesObject = variant.storageKey !== null && variant.storageKey !== output.storageKey
  if (replacesObject || maker.facts.usesFocus) return false
  return inOneStatement(runtime, async (unit) => {
    if ((await wantedEvent(runtime, unit, variantEvent('ready'), [asset.profile])) !== null) return false
    const moved = await transitionVariants(runtime, unit, asset, [variant], 'ready', {
      changes: () => ({ ...output, progress: 100, errorReason: null, errorMessage: null }),
      ifStill: ['jobId', 'recipeDigest', 'attempt'],
      ifAssetStill: asset,
      isUnheard: true,
      waiting: 'ends',
      isMade: true,
      run: { id: runId, state: 'succeeded', reason: null, message: null },
    })
    return moved.length > 0
  })
}
