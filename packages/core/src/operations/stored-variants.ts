import { applyAggregate } from '../assets/aggregate.ts'
import { lockAsset } from '../assets/lock.ts'
import type { Variant } from '../domain/entities.ts'
import { isDeliverable, type VariantState } from '../domain/states.ts'
import { canTransition } from '../domain/transitions.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import { variantsOf } from '../variants/read.ts'
import { transitionVariants } from '../variants/transition.ts'

/** The facts about an object in its variant's row. */
export type StoredVariant = Pick<Variant, 'id' | 'name' | 'state' | 'attempt'> & {
  readonly storageKey: string
  readonly byteSize: number
}

/** Whether the object of a variant or a track exists with its recorded size. An abort cuts the question off. */
export async function seePart(
  runtime: Runtime,
  { storage }: { readonly storage: string },
  { storageKey, byteSize }: Pick<StoredVariant, 'storageKey' | 'byteSize'>,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const object = await storageOf(runtime, storage).head(storageKey, signal === undefined ? {} : { signal })
  return object?.byteSize === byteSize
}

/**
 * The result of a check. `fsmBlocked`: gone, but the variant's state already prevents its delivery. `moved_on`: it has
 * changed since.
 */
export type NotedVariant = 'present' | 'missing' | 'fsmBlocked' | 'moved_on'

/**
 * Moves a variant without its object to `missing`, and one whose object is found again to `ready`; a dry run changes
 * nothing. Safe to repeat.
 */
export async function noteVariant(
  runtime: Runtime,
  { id: assetId }: { readonly id: string },
  {
    variant,
    isThere,
    isDryRun,
  }: { readonly variant: StoredVariant; readonly isThere: boolean; readonly isDryRun: boolean },
): Promise<NotedVariant> {
  if (isThere && variant.state !== 'missing') return 'present'
  if (!isThere && variant.state === 'missing') return 'missing'
  if (!isThere && !canTransition('variant', variant.state, 'missing')) return 'fsmBlocked'
  if (isDryRun) return isThere ? 'present' : 'missing'
  if (!(await moveIfUnchanged(runtime, assetId, variant, isThere ? 'ready' : 'missing'))) return 'moved_on'
  if (isThere) return 'present'
  const fields = { assetId, variantName: variant.name, code: 'object_missing' }
  runtime.logger.warn(fields, 'The object of a variant is gone; regenerating makes it again.')
  return 'missing'
}

/**
 * Moves a variant that has not changed since it was read: the attempt reveals one that was made again, under the same
 * key, in between. `false`: it has changed.
 */
async function moveIfUnchanged(
  runtime: Runtime,
  assetId: string,
  variant: StoredVariant,
  to: VariantState,
): Promise<boolean> {
  return inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    if (asset === null || !isDeliverable(asset.state)) return false
    const options = { ifStill: ['storageKey', 'attempt'] } as const
    const moved = await transitionVariants(runtime, unit, asset, [variant], to, options)
    if (moved.length === 0) return false
    await applyAggregate(runtime, unit, asset, await variantsOf(unit, assetId))
    return true
  })
}
