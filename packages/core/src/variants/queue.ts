import type { Asset, Variant } from '../domain/entities.ts'
import { outputKind } from '../domain/recipe-facts.ts'
import { assertTransition, sourcesOf } from '../domain/transitions.ts'
import { NOTIFY_VARIANT } from '../events/changes.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import { jobsFor, type PlannedVariant } from './plan.ts'
import { emitVariantState } from './variant-events.ts'

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
    return declaration === undefined ? [] : [{ ...declaration, id: variant.id, state: variant.state }]
  })
  if (wanted.length === 0) return
  for (const { id, state } of wanted) assertTransition('variant', state, 'queued', id)
  await unit.executeSql(
    `update rindle.media_variants as variant
     set state = 'queued', recipe = wanted.recipe, recipe_digest = wanted.digest, output_kind = wanted."outputKind",
       progress = 0, job_id = null, error_reason = null, error_message = null, waiting_since = null, updated_at = now(),
       storage_key = case when variant.state in ('missing', 'purged') then null else storage_key end
     from jsonb_to_recordset($1::jsonb) as wanted(id uuid, recipe jsonb, digest text, "outputKind" text)
     where variant.id = wanted.id and variant.state in (select jsonb_array_elements_text($2::jsonb))
     returning ${NOTIFY_VARIANT}`,
    [
      JSON.stringify(wanted.map(({ id, recipe, digest }) => ({ id, recipe, digest, outputKind: outputKind(recipe) }))),
      JSON.stringify(sourcesOf('variant', 'queued')),
    ],
  )
  for (const { state } of wanted) emitVariantState(runtime, unit, asset, state, 'queued')
  for (const request of jobsFor(asset.id, wanted)) unit.enqueue(request)
}
