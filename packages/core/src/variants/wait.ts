import { lockAsset } from '../assets/lock.ts'
import type { Variant } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { type Failure, failureOf } from '../domain/failures.ts'
import { isKnownRecipe } from '../domain/known-recipe.ts'
import { handedOn } from '../kernel/handed-on.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { DeadJob } from '../ports/jobs.ts'
import { variantsOf } from './read.ts'

/**
 * Hands the work of a job on to a new one, with a delay that grows each time, as long as variants wait for it: after an
 * outage, or when this process lacks something. The variants stay `queued`, and their asset keeps its state.
 */
export async function handOnVariants(
  runtime: Runtime,
  job: DeadJob,
  assetId: string,
  belongs: (variant: Variant) => boolean,
  failure: Failure,
): Promise<void> {
  const isNews = await inTransaction(runtime, undefined, async (unit) => {
    if ((await lockAsset(unit, assetId)) === null) return false
    const waiting = (await variantsOf(unit, assetId)).filter(
      (variant) => variant.state === 'queued' && (belongs(variant) || !isKnown(variant)),
    )
    if (waiting.length === 0) return false
    unit.enqueue(handedOn(job, failure))
    // A variant with its own reason keeps it.
    const unnoted = waiting.filter(({ waitingSince }) => waitingSince === null)
    await noteVariantsWaiting(unit, unnoted.filter(isKnown), failure)
    await noteVariantsWaiting(
      unit,
      unnoted.filter((variant) => !isKnown(variant)),
      newerRecipe(assetId),
    )
    return unnoted.length > 0
  })
  if (!isNews) return
  const { reason, message } = failure
  runtime.logger.warn({ assetId, code: reason }, `Variants wait until the cause is gone. ${message}`)
}

/** Whether this version makes the same output of a variant's recipe as the version that wrote it. Pure. */
export function isKnown({ recipe, recipeDigest }: Pick<Variant, 'recipe' | 'recipeDigest'>): boolean {
  return isKnownRecipe(recipe, recipeDigest)
}

/** The reason to wait for variants with recipes that only a newer version knows. */
export function newerRecipe(assetId: string): Failure {
  const message = `Variants of asset ${assetId} have recipes that this version does not know. Start a worker of the newer version.`
  return failureOf(new RindleError('newer_worker_needed', message))
}

async function noteVariantsWaiting(unit: UnitOfWork, variants: readonly Variant[], failure: Failure): Promise<void> {
  if (variants.length === 0) return
  await unit.executeSql(
    `update rindle.media_variants
     set waiting_since = now(), error_reason = $2::text, error_message = $3::text, updated_at = now()
     where id in (select value::uuid from jsonb_array_elements_text($1::jsonb)) and state = 'queued'`,
    [JSON.stringify(variants.map(({ id }) => id)), failure.reason, failure.message],
  )
}
