import type { Variant } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { type Failure, failureOf } from '../domain/failures.ts'
import { type KnownRecipe, readRecipe } from '../domain/read-recipe.ts'
import type { RecipeFacts } from '../domain/recipe.ts'
import type { Processor } from '../ports/processor.ts'

/** The processor that makes a variant here, and the variant's recipe as that processor reads it. */
export interface Maker extends Pick<KnownRecipe, 'options'> {
  readonly processor: Processor
  readonly facts: RecipeFacts
}

type StoredRecipe = Pick<Variant, 'name' | 'assetId' | 'recipe' | 'recipeDigest'>

/**
 * Finds the processor that makes the same output of a variant's recipe as the version that stored it. Otherwise returns
 * the reason to leave the variant to another worker: `processor_capability_missing` or `newer_worker_needed`. Pure.
 */
export function makerOf(processors: readonly Processor[], variant: StoredRecipe): Maker | Failure {
  const kinds = processors.flatMap(({ recipes }) => recipes)
  const read = readRecipe(kinds, variant.recipe)
  if (read === undefined) return noProcessor(variant)
  if (!('recipe' in read) || read.recipe.digest !== variant.recipeDigest) return newerVersion(variant)
  const processor = processors.find(({ recipes }) => recipes.includes(read.kind))
  const { capability } = read.recipe.facts
  if (processor?.capabilities.has(capability) === true)
    return { processor, facts: read.recipe.facts, options: read.options }
  return lacking(variant, capability, `The installed version of its processor does not make ${capability}.`)
}

/** Whether {@link makerOf} found a processor. */
export function isMaker(found: Maker | Failure): found is Maker {
  return 'processor' in found
}

function noProcessor(variant: StoredRecipe): Failure {
  const { kind } = variant.recipe
  const name = typeof kind === 'string' ? kind : 'unknown'
  return lacking(variant, name, `No processor of this worker makes recipes of the kind "${name}".`)
}

function lacking({ name, assetId }: StoredRecipe, capability: string, why: string): Failure {
  const message = `Variant "${name}" of asset ${assetId} waits for a worker that can make it. ${why}`
  return failureOf(new RindleError('processor_capability_missing', message, { details: { capability } }))
}

function newerVersion({ name, assetId }: StoredRecipe): Failure {
  const message =
    `Variant "${name}" of asset ${assetId} has a recipe that this version does not know. ` +
    'Start a worker of the newer version.'
  return failureOf(new RindleError('newer_worker_needed', message))
}
