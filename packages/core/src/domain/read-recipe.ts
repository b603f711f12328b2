import type { JsonObject } from './errors.ts'
import type { InvalidOption } from './option-problems.ts'
import type { Recipe } from './recipe.ts'
import type { AnyRecipeKind, OptionsOf } from './recipe-kind.ts'

/** A stored recipe that one of several kinds has read. */
export interface KnownRecipe<K extends AnyRecipeKind = AnyRecipeKind> {
  readonly kind: K
  readonly recipe: Recipe
  readonly options: OptionsOf<K>
}

/**
 * Reads a stored form by whichever of these kinds knows it. `undefined`: none does. A list: the kind that knows it, and
 * no other, finds these problems in it, so that a newer version must have written it. Pure.
 */
export function readRecipe<K extends AnyRecipeKind>(
  kinds: readonly K[],
  form: JsonObject,
): KnownRecipe<K> | readonly InvalidOption[] | undefined {
  let refusal: readonly InvalidOption[] | undefined
  for (const kind of kinds) {
    const read = kind.read(form)
    if (read === undefined) continue
    if ('recipe' in read) return { kind, recipe: read.recipe, options: read.options as OptionsOf<K> }
    // Another kind may have stored its forms under this kind's name in an earlier release.
    refusal ??= read
  }
  return refusal
}
