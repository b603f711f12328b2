import { NAME_PATTERN } from '../domain/keys.ts'
import type { InvalidOption } from '../domain/option-problems.ts'
import type { Recipe } from '../domain/recipe.ts'
import type { RecipeFamily } from '../domain/recipe-family.ts'
import type { StreamFamily } from '../domain/stream-family.ts'
import type { Family, Stream } from './profile.ts'

/** A recipe, or a family of them, as a profile declares it. */
export type Declaration = Recipe | RecipeFamily | StreamFamily

/** The recipes and families of a profile, as it declares them. */
export type Declarations = Readonly<Record<string, Declaration>>

/** Whether a value has the form of a recipe or a family. Pure. */
export function isDeclared(value: unknown): value is Declaration {
  if (typeof value !== 'object' || value === null || !('problems' in value)) return false
  if ('form' in value && 'digest' in value) return true
  return 'members' in value && 'makes' in value && (value.makes === 'family' || value.makes === 'stream_family')
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
  const declared = variants[family]
  const members = declared === undefined || !('members' in declared) ? [] : declared.members
  const names = members.map(({ suffix }) => memberName(family, suffix))
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

function memberName(family: string, suffix: string): string {
  return `${family}_${suffix}`
}

/** All recipes by the name of their variant, those of families among them. Pure. */
export function recipesOf(variants: Declarations): Readonly<Record<string, Recipe>> {
  const recipes = Object.entries(variants).flatMap(([key, declared]): (readonly [string, Recipe])[] =>
    'members' in declared
      ? declared.members.map(({ suffix, recipe }) => [memberName(key, suffix), recipe])
      : [[key, declared]],
  )
  return Object.fromEntries(recipes)
}

/** The families, with the names of their variants. Pure. */
export function familiesOf(variants: Declarations): Readonly<Record<string, Family>> {
  const families = Object.entries(variants).flatMap(([key, declared]): (readonly [string, Family])[] => {
    if (declared.makes !== 'family') return []
    const members = declared.members.map(({ suffix, width, recipe }) => ({
      name: memberName(key, suffix),
      width,
      // A member's format is fixed: its type is known.
      contentType: recipe.facts.contentType ?? 'application/octet-stream',
    }))
    return [[key, { make: declared.make, ratio: declared.ratio, members }]]
  })
  return Object.fromEntries(families)
}

/** The streams, with the names of their variants. Pure. */
export function streamsOf(variants: Declarations): Readonly<Record<string, Stream>> {
  const streams = Object.entries(variants).flatMap(([key, declared]): (readonly [string, Stream])[] => {
    if (declared.makes !== 'stream_family') return []
    const members = declared.members.map(({ suffix, role }) => ({ name: memberName(key, suffix), role }))
    return [[key, { segmentSeconds: declared.segmentSeconds, members }]]
  })
  return Object.fromEntries(streams)
}

/** The variants of families on demand. Pure. */
export function onDemandOf(variants: Declarations): ReadonlySet<string> {
  const families = Object.entries(familiesOf(variants)).filter(([, { make }]) => make === 'on_demand')
  return new Set(families.flatMap(([, { members }]) => members.map(({ name: member }) => member)))
}
