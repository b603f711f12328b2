import type { Asset, Variant } from '../domain/entities.ts'
import { queueOfLane, variantsKey } from '../domain/queues.ts'
import { canBeMadeFrom, type Recipe, type RecipeSource, withFocus } from '../domain/recipe.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { variantFromRow } from '../kernel/sql/entities-from-rows.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import type { JobRequest } from '../ports/jobs.ts'
import type { Profile } from '../profile/profile.ts'

/** A declared variant of one asset: its recipe holds the focus of the asset if it uses it. */
export type PlannedVariant = Recipe & {
  readonly name: string
  /** The digest of the declared recipe, which holds no focus. */
  readonly declaredDigest: string
  /** Whether it is made only when a page first asks for it. */
  readonly onDemand: boolean
}

/** The variants that a profile declares and that can be made from this asset, the cheapest first. Pure. */
export function plannedVariants(profile: Profile, source: RecipeSource): readonly PlannedVariant[] {
  return Object.entries(profile.variants)
    .filter(([, recipe]) => canBeMadeFrom(recipe, source))
    .map(([name, recipe]) => ({
      ...withFocus(recipe, source.focus),
      name,
      declaredDigest: recipe.digest,
      onDemand: profile.onDemand.has(name),
    }))
    .toSorted((a, b) => a.facts.cost - b.facts.cost)
}

/** The urgency of jobs. */
export type BulkOptions = Pick<JobRequest, 'isBulk'>

/** The columns of a variant's row that its declaration gives. */
export interface RecipeColumns
  extends Pick<Variant, 'recipe' | 'recipeDigest' | 'outputKind' | 'queue' | 'workClass' | 'onDemand'> {
  readonly unfocusedDigest: string | null
}

/** The part of a {@link PlannedVariant} that its row holds. */
export type WantedVariant = Pick<
  PlannedVariant,
  'name' | 'form' | 'digest' | 'declaredDigest' | 'makes' | 'onDemand'
> & {
  readonly facts: Pick<Recipe['facts'], 'queue' | 'workClass'>
}

/** The columns of a variant's row that its declaration gives. Pure. */
export function recipeColumns({ form, digest, declaredDigest, makes, facts, onDemand }: WantedVariant): RecipeColumns {
  return {
    recipe: form,
    recipeDigest: digest,
    unfocusedDigest: digest === declaredDigest ? null : declaredDigest,
    outputKind: makes,
    queue: facts.queue,
    workClass: facts.workClass,
    onDemand,
  }
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

/**
 * Inserts the rows of planned variants as `queued`, and enqueues their jobs. The caller holds the asset's lock. Returns all
 * variants of the asset, sorted by name, the new ones among them; without planned ones it does and returns nothing.
 */
export async function planVariants(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Pick<Asset, 'id'>,
  planned: readonly PlannedVariant[],
  options: BulkOptions = {},
): Promise<readonly Variant[]> {
  if (planned.length === 0) return []
  const given = planned.map((variant) => ({
    id: runtime.newId(),
    name: variant.name,
    ...recipeColumns(variant),
  }))
  // Its second half sees the table as it was before the statement.
  const { rows } = await unit.executeSql(
    `with inserted as (
       insert into rindle.media_variants
         (id, asset_id, name, state, output_kind, recipe, recipe_digest, unfocused_digest, queue, work_class, on_demand,
         last_asked_at)
       select id, $1::uuid, name, 'queued', "outputKind", recipe, "recipeDigest", "unfocusedDigest", queue, "workClass",
         "onDemand", case when "onDemand" then now() end
       from jsonb_to_recordset($2::jsonb) as planned(id uuid, name text, "outputKind" text, recipe jsonb,
         "recipeDigest" text, "unfocusedDigest" text, queue text, "workClass" text, "onDemand" boolean)
       on conflict (asset_id, name) do nothing
       returning *
     )
     select * from inserted union all select * from rindle.media_variants where asset_id = $1::uuid order by name`,
    [asset.id, JSON.stringify(given)],
  )
  for (const request of jobsFor(asset.id, given, options)) unit.enqueue(request)
  return rows.map(variantFromRow)
}
