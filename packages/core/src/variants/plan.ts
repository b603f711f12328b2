import type { Asset, Variant } from '../domain/entities.ts'
import { queueOfLane, variantsKey } from '../domain/queues.ts'
import { canBeMadeFrom, type Recipe, type RecipeSource } from '../domain/recipe.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import type { JobRequest } from '../ports/jobs.ts'
import type { Profile } from '../profile/profile.ts'

/** A declared variant with its name. */
export type PlannedVariant = Recipe & { readonly name: string }

/** The variants that a profile declares and that can be made from this asset, the cheapest first. Pure. */
export function plannedVariants(profile: Profile, source: RecipeSource): readonly PlannedVariant[] {
  return Object.entries(profile.variants)
    .filter(([, recipe]) => canBeMadeFrom(recipe, source))
    .map(([name, recipe]) => ({ name, ...recipe }))
    .toSorted((a, b) => a.facts.cost - b.facts.cost)
}

/** The urgency of jobs. */
export type BulkOptions = Pick<JobRequest, 'isBulk'>

/** The fields of a variant's row that its recipe gives. Pure. */
export function recipeColumns({
  form,
  digest,
  makes,
  facts,
}: Recipe): Pick<Variant, 'recipe' | 'recipeDigest' | 'outputKind' | 'queue' | 'workClass'> {
  return { recipe: form, recipeDigest: digest, outputKind: makes, queue: facts.queue, workClass: facts.workClass }
}

/** The jobs that make these variants: one per lane and class of work, in the order of the variants. Pure. */
export function jobsFor(
  assetId: string,
  variants: readonly Pick<Variant, 'queue' | 'workClass'>[],
  options: BulkOptions = {},
): readonly JobRequest[] {
  const byJob = new Map(variants.map((variant) => [`${variant.queue}:${variant.workClass}`, variant]))
  return [...byJob.values()].map(({ queue, workClass }) => ({
    queue: queueOfLane(queue),
    key: variantsKey(assetId, workClass),
    payload: { assetId, class: workClass },
    ...options,
  }))
}

/** Inserts the rows of planned variants as `queued`, and enqueues their jobs. The caller holds the asset's lock. */
export async function planVariants(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Pick<Asset, 'id'>,
  variants: readonly PlannedVariant[],
  options: BulkOptions = {},
): Promise<void> {
  if (variants.length === 0) return
  const rows = variants.map((variant) => ({ id: runtime.newId(), name: variant.name, ...recipeColumns(variant) }))
  await unit.executeSql(
    `insert into rindle.media_variants
       (id, asset_id, name, state, output_kind, recipe, recipe_digest, queue, work_class)
     select id, $1::uuid, name, 'queued', "outputKind", recipe, "recipeDigest", queue, "workClass"
     from jsonb_to_recordset($2::jsonb) as planned(id uuid, name text, "outputKind" text, recipe jsonb,
       "recipeDigest" text, queue text, "workClass" text)
     on conflict (asset_id, name) do nothing`,
    [asset.id, JSON.stringify(rows)],
  )
  for (const request of jobsFor(asset.id, rows, options)) unit.enqueue(request)
}
