import { NAME_PATTERN } from '../domain/keys.ts'
import type { InvalidOption } from '../domain/option-problems.ts'
import type { Recipe } from '../domain/recipe.ts'
import type { RecipeFamily } from '../domain/recipe-family.ts'
import type { Family } from './profile.ts'

/** The recipes and families of a profile, as it declares them. */
export type Declarations = Readonly<Record<string, Recipe | RecipeFamily>>

/** Whether a value has the form of a recipe or a family. Pure. */
export function isDeclared(value: unknown): value is Recipe | RecipeFamily {
  if (typeof value !== 'object' || value === null || !('problems' in value)) return false
  return ('form' in value && 'digest' in value) || ('makes' in value && value.makes === 'family' && 'members' in value)
}

function isFamily(declared: Recipe | RecipeFamily): declared is RecipeFamily {
  return declared.makes === 'family'
}

/** The problems of all recipes and families, with their paths. Pure. */
export function declarationProblems(variants: Declarations = {}): readonly InvalidOption[] {
  const ofOptions = Object.entries(variants).flatMap(([variant, { problems }]) =>
    problems.map(({ path, message }) => ({
      path: path === '' ? `variants.${variant}` : `variants.${variant}.${path}`,
      message,
    })),
  )
  return [...ofOptions, ...Object.keys(variants).flatMap((name) => memberProblems(variants, name))]
}

/** The names of a family's members must be names of variants, and of no other. */
function memberProblems(variants: Declarations, family: string): readonly InvalidOption[] {
  const names = membersOf(variants, family).map(({ name: member }) => member)
  const path = `variants.${family}`
  const tooLong = names.find((member) => !NAME_PATTERN.test(member))
  if (tooLong !== undefined) {
    return [
      { path, message: `is too long a name for a family: its variant "${tooLong}" would have more than 48 characters` },
    ]
  }
  const taken = names.find((member) => Object.hasOwn(variants, member))
  return taken === undefined ? [] : [{ path, message: `has a variant "${taken}", which is declared beside it, too` }]
}

function membersOf(
  variants: Declarations,
  family: string,
): readonly (RecipeFamily['members'][number] & { readonly name: string })[] {
  const declared = variants[family]
  if (declared === undefined || !isFamily(declared)) return []
  return declared.members.map((member) => ({ ...member, name: `${family}_${member.suffix}` }))
}

/** All recipes by the name of their variant, those of families among them. Pure. */
export function recipesOf(variants: Declarations): Readonly<Record<string, Recipe>> {
  const recipes = Object.entries(variants).flatMap(([key, declared]): (readonly [string, Recipe])[] =>
    isFamily(declared) ? membersOf(variants, key).map((member) => [member.name, member.recipe]) : [[key, declared]],
  )
  return Object.fromEntries(recipes)
}

/** The families, with the names of their variants. Pure. */
export function familiesOf(variants: Declarations): Readonly<Record<string, Family>> {
  const families = Object.entries(variants).flatMap(([key, declared]): (readonly [string, Family])[] => {
    if (!isFamily(declared)) return []
    const members = membersOf(variants, key).map(({ name: member, width, recipe }) => ({
      name: member,
      width,
      // A member's format is fixed: its type is known.
      contentType: recipe.facts.contentType ?? 'application/octet-stream',
    }))
    return [[key, { make: declared.make, ratio: declared.ratio, members }]]
  })
  return Object.fromEntries(families)
}

/** The variants of families on demand. Pure. */
export function onDemandOf(variants: Declarations): ReadonlySet<string> {
  const families = Object.entries(familiesOf(variants)).filter(([, { make }]) => make === 'on_demand')
  return new Set(families.flatMap(([, { members }]) => members.map(({ name: member }) => member)))
}
