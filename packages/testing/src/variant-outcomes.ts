import { type JsonObject, type Processor, type Recipe, RindleError, type SourceFile } from '@rindle/core'
import {
  type AnyRecipeKind,
  type ProcessedOutput,
  type ProcessRequest,
  readRecipe,
  type VariantOutcome,
} from '@rindle/core/adapter'

// More than any file of a test has.
const MAX_PIXELS = 100_000_000

/** Variants by name, with their recipes, as in a profile. */
export type VariantRecipes = Readonly<Record<string, Recipe>>

/**
 * The options that a processor with these kinds gets for a recipe: read back from the JSON of its form, as a worker reads
 * them from the database. Throws when no kind reads it, or when its digest differs then.
 */
export function recipeOptions(kinds: readonly AnyRecipeKind[], { kind, form, digest, problems }: Recipe): unknown {
  if (problems.length > 0) throw new Error(`The recipe has problems: ${JSON.stringify(problems)}`)
  const read = readRecipe(kinds, JSON.parse(JSON.stringify(form)) as JsonObject)
  if (read === undefined) throw new Error(`None of the kinds reads a recipe of the kind ${kind}.`)
  if (!('recipe' in read)) throw new Error(`The form of the recipe has problems: ${JSON.stringify(read)}`)
  if (read.recipe.digest !== digest) throw new Error(`The digest of the recipe changes when it is read back.`)
  return read.options
}

/**
 * A request for these variants of a source, as a worker makes it for a processor with these `kinds`: recipes have their
 * defaults, 100 megapixels may be decoded, and there is no listener and no abort. `overrides` replaces any part.
 * `directory` must exist and be empty; the caller removes it.
 */
export function processRequest(
  kinds: readonly AnyRecipeKind[],
  source: SourceFile,
  recipes: VariantRecipes,
  directory: string,
  overrides: Partial<ProcessRequest> = {},
): ProcessRequest {
  return {
    source,
    variants: Object.entries(recipes).map(([name, recipe]) => ({
      name,
      recipe: recipeOptions(kinds, recipe),
      contentType: recipe.facts.contentType,
    })),
    limits: { maxPixels: MAX_PIXELS },
    directory,
    signal: new AbortController().signal,
    onOutcome: async () => {},
    onProgress: () => {},
    ...overrides,
  }
}

/**
 * Makes everything, and returns the outcomes by variant name, in their order. Rejects as `process` does, and if a variant
 * has a second outcome. The request's own listener gets each outcome, too.
 */
export async function collectOutcomes(
  processor: Processor,
  request: ProcessRequest,
): Promise<ReadonlyMap<string, VariantOutcome>> {
  const outcomes = new Map<string, VariantOutcome>()
  const onOutcome = async (outcome: VariantOutcome): Promise<void> => {
    if (outcomes.has(outcome.name)) throw new Error(`The variant ${outcome.name} has two outcomes.`)
    outcomes.set(outcome.name, outcome)
    await request.onOutcome(outcome)
  }
  await processor.process({ ...request, onOutcome })
  return outcomes
}

/** The output of a variant that must have been made. Throws the error of one that has failed. */
export function outputOf(outcome: VariantOutcome | undefined): ProcessedOutput {
  if (outcome === undefined) throw new Error('The variant has no outcome.')
  if ('error' in outcome) throw outcome.error
  return outcome.output
}

/** The error of a variant that must have failed. Throws any error that is not a `RindleError`. */
export function errorOf(outcome: VariantOutcome | undefined): RindleError {
  if (outcome === undefined) throw new Error('The variant has no outcome.')
  if ('output' in outcome) throw new Error(`The variant ${outcome.name} was made, but it must fail.`)
  if (!(outcome.error instanceof RindleError)) throw outcome.error
  return outcome.error
}
