import type { Asset } from '../domain/entities.ts'
import { mediaKey, processKey } from '../domain/queues.ts'
import { acceptedSourceKinds, formatClass, lane, outputKind } from '../domain/recipe-facts.ts'
import type { NormalizedRecipe } from '../domain/recipes.ts'
import type { JobRequest } from '../ports/jobs.ts'
import type { DeclaredVariant, Profile } from '../profile/profile.ts'
import type { Runtime } from '../runtime.ts'
import type { UnitOfWork } from '../unit-of-work.ts'

/** A declared variant with its name. */
export type PlannedVariant = DeclaredVariant & { readonly name: string }

/** The variants that a profile declares for an asset of this kind. Pure. */
export function plannedVariants(profile: Profile, kind: Asset['kind']): readonly PlannedVariant[] {
  if (kind === null) return []
  return Object.entries(profile.variants)
    .filter(([, declared]) => acceptedSourceKinds(declared.recipe).includes(kind))
    .map(([name, declared]) => ({ name, ...declared }))
}

/**
 * The jobs that make these variants: one per format class for images, so that a slow format does not hold back the
 * fast ones, and one per AV variant. Pure.
 */
export function jobsFor(
  assetId: string,
  variants: readonly { readonly name: string; readonly recipe: NormalizedRecipe }[],
): readonly JobRequest[] {
  const images = variants.filter((variant) => lane(variant.recipe) === 'image')
  const classes = [...new Set(images.map((variant) => formatClass(variant.recipe)))].toSorted()
  const media = variants.filter((variant) => lane(variant.recipe) === 'av')
  return [
    ...classes.map(
      (imageClass): JobRequest => ({
        queue: 'rindle_process',
        key: processKey(assetId, imageClass),
        payload: { assetId, class: imageClass },
      }),
    ),
    ...media.map(
      ({ name }): JobRequest => ({
        queue: 'rindle_media',
        key: mediaKey(assetId, name),
        payload: { assetId, variantName: name },
      }),
    ),
  ]
}

/** Inserts the rows of planned variants, already `queued`, and enqueues their jobs. The asset is locked. */
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
