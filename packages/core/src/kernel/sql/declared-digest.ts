import { FOCUS_KEY } from '../../domain/recipe.ts'

/**
 * The digest of the recipe that a variant was declared with, as SQL: its own without the focus of its asset. The text is
 * that of an index, which PostgreSQL uses only for the same expression. `of`: the alias of the row, with a dot.
 */
export function declaredDigest(of = ''): string {
  return `(case when ${of}recipe ? '${FOCUS_KEY}' then ${of}unfocused_digest else ${of}recipe_digest end)`
}
