import type { Asset } from '../domain/entities.ts'
import { variantsKey } from '../domain/queues.ts'
import { canBeMadeFrom, lane, outputKind, WORK_CLASSES, workClass } from '../domain/recipe-facts.ts'
import type { NormalizedRecipe } from '../domain/recipes.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import type { JobRequest } from '../ports/jobs.ts'
import type { DeclaredVariant, Profile } from '../profile/profile.ts'

/** A declared variant with its name. */
export type PlannedVariant = DeclaredVariant & { readonly name: string }

/** The variants that a profile declares and that can be made from this asset. Pure. */
export function plannedVariants(
  profile: Profile,
  asset: Pick<Asset, 'kind' | 'hasAudioTrack' | 'metadata'>,
): readonly PlannedVariant[] {
  return Object.entries(profile.variants)
    .filter(([, declared]) => canBeMadeFrom(declared.recipe, asset))
    .map(([name, declared]) => ({ name, ...declared }))
}

/** The jobs that make these variants: one per class of work, the quicker class of a lane first. Pure. */
export function jobsFor(
  assetId: string,
  variants: readonly { readonly recipe: NormalizedRecipe }[],
): readonly JobRequest[] {
  const recipes = variants.map(({ recipe }) => recipe)
  return WORK_CLASSES.flatMap((wanted): JobRequest[] => {
    const recipe = recipes.find((candidate) => workClass(candidate) === wanted)
    if (recipe === undefined) return []
    const queue = lane(recipe) === 'av' ? 'rindle_media' : 'rindle_process'
    return [{ queue, key: variantsKey(assetId, wanted), payload: { assetId, class: wanted } }]
  })
}

/** Inserts the rows of planned variants as `queued`, and enqueues their jobs. The caller holds the asset's lock. */
export async function planVariants(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Pick<Asset, 'id'>,
  variants: readonly PlannedVariant[],
): Promise<void> {
  if (variants.length === 0) return
  const rows = variants.map(({ name, recipe, digest }) => ({
    id: runtime.newId(),
    name,
    outputKind: outputKind(recipe),
    recipe,
    digest,
  }))
  await unit.executeSql(
    `insert into rindle.media_variants (id, asset_id, name, state, output_kind, recipe, recipe_digest)
     select id, $1::uuid, name, 'queued', "outputKind", recipe, digest
     from jsonb_to_recordset($2::jsonb) as planned(id uuid, name text, "outputKind" text, recipe jsonb, digest text)
     on conflict (asset_id, name) do nothing`,
    [asset.id, JSON.stringify(rows)],
  )
  for (const request of jobsFor(asset.id, variants)) unit.enqueue(request)
}
