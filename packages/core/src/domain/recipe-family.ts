import type { InvalidOption } from './option-problems.ts'
import type { Recipe } from './recipe.ts'

/** When the members of a family are made: with the asset's other variants, or when a page first asks for one. */
export type FamilyMaking = 'eager' | 'on_demand'

/** One image of a family: one width in one format. */
export interface FamilyRecipe {
  /** The end of its variant's name: `w640_avif`. */
  readonly suffix: string
  /** Pixels: the most that it has. */
  readonly width: number
  readonly recipe: Recipe<'image'>
}

/**
 * The same picture in several widths and formats, under one name: the plain value that a function such as
 * `image.responsive` returns. Goes into the `variants` of a profile.
 */
export interface RecipeFamily {
  readonly makes: 'family'
  readonly make: FamilyMaking
  /** Width by height, if it cuts to that; `null`: the picture's own. */
  readonly ratio: number | null
  /** Narrower ones first; within a width, the preferred format first and the fallback last. */
  readonly members: readonly FamilyRecipe[]
  /** The problems of the options; `defineProfile` reports them with the variant's path. Usually empty. */
  readonly problems: readonly InvalidOption[]
}
