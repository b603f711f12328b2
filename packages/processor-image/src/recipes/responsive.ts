import type { FamilyMaking, FamilyRecipe, InvalidOption, Recipe, RecipeFamily, RecipeSource } from '@rindle/core'
import { problemsOf } from '@rindle/core/adapter'
import { z } from 'zod'
import { imageKind } from './image-kind.ts'
import { type CropPosition, type ImageOptions, MAX_IMAGE_DIMENSION, type PictureOptions } from './image-options.ts'
import { FORMATS_WITH } from './image-rules.ts'

/** The formats of a family: those that pages show. */
export const RESPONSIVE_FORMATS = ['avif', 'webp', 'jpeg', 'png', 'gif'] as const

/** One of {@link RESPONSIVE_FORMATS}. */
export type ResponsiveFormat = (typeof RESPONSIVE_FORMATS)[number]

/**
 * Options of `image.responsive`. An option that only some formats have, such as `progressive`, applies to those; sizes
 * of effects (`blur`, `radius`) are in pixels of each output.
 */
export interface ResponsiveOptions extends Omit<PictureOptions, 'format' | 'quality' | 'effort'> {
  /** Pixels, 1 to 16,383 each, in any order. A member that would only enlarge the next narrower one is not made. */
  readonly widths: readonly number[]
  /** The preferred format first. The last is the fallback, for clients that name no format: one that all can show. */
  readonly formats: readonly ResponsiveFormat[]
  /** Width by height: every member is cut to it, around `position`. @default the picture's own, and nothing is cut */
  readonly ratio?: number | undefined
  /**
   * `eager`: with the asset's other variants. `on_demand`: when a page first asks for it; until then it costs nothing.
   * @default 'eager'
   */
  readonly make?: FamilyMaking | undefined
  /** The part to keep; only with `ratio`. @default 'centre' */
  readonly position?: CropPosition | undefined
  /** By format, because each has a scale of its own: `{ avif: 45, jpeg: 82 }`. @default that of each format */
  readonly quality?: Partial<Readonly<Record<ResponsiveFormat, number>>> | undefined
  /** By format, as `quality`. @default that of each format */
  readonly effort?: Partial<Readonly<Record<ResponsiveFormat, number>>> | undefined
}

const unique = <T>(values: readonly T[], context: z.RefinementCtx): void => {
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) === index) continue
    context.addIssue({ code: 'custom', path: [index], message: `is listed twice: ${String(value)}` })
  }
}

const byFormat = z
  .partialRecord(z.enum(RESPONSIVE_FORMATS), z.number(), 'must be an object by format: { avif: 45, jpeg: 82 }')
  .optional()

// The kind checks the rest.
const familySchema = z.looseObject({
  widths: z.array(z.int().min(1).max(MAX_IMAGE_DIMENSION)).min(1, 'must have at least one width').superRefine(unique),
  formats: z.array(z.enum(RESPONSIVE_FORMATS)).min(1, 'must have at least one format').superRefine(unique),
  ratio: z.number().positive().optional(),
  make: z.enum(['eager', 'on_demand']).optional(),
  quality: byFormat,
  effort: byFormat,
})

type Family = z.infer<typeof familySchema>

/**
 * Declares a family: the same picture in every one of these widths and formats. Without `ratio` a member is
 * `image.fit(width)`, with it `image.crop(width, width / ratio)`, and has the digest of that recipe. Never throws.
 */
export function responsive(options: ResponsiveOptions): RecipeFamily {
  const parsed = familySchema.safeParse(options ?? {})
  const problems = parsed.success
    ? [...familyProblems(parsed.data), ...memberProblems(parsed.data)]
    : problemsOf(parsed.error, options ?? {})
  const [make, ratio] = [parsed.data?.make ?? 'eager', parsed.data?.ratio ?? null]
  const members = parsed.success && problems.length === 0 ? membersOf(parsed.data) : []
  return { makes: 'family', make, ratio, members, problems }
}

function membersOf(family: Family): readonly FamilyRecipe[] {
  const widths = family.widths.toSorted((a, b) => a - b)
  return widths.flatMap((width, index) => {
    const narrower = widths[index - 1] ?? 0
    return family.formats.map((format) => ({
      suffix: `w${width}_${format}`,
      width,
      recipe: unlessCovered(recipeOf(family, width, format), family, narrower),
    }))
  })
}

/** A picture that the next narrower member shows in full has no wider ones. */
function unlessCovered(recipe: Recipe<'image'>, { ratio, rotate }: Family, narrower: number): Recipe<'image'> {
  const { canBeMadeFrom } = recipe.facts
  const isWider = ({ width, height }: RecipeSource): boolean => {
    if (width === null || height === null) return true
    const isOnItsSide = typeof rotate === 'number' && Math.abs(rotate % 180) === 90
    const [across, down] = isOnItsSide ? [height, width] : [width, height]
    return (ratio === undefined ? across : Math.min(across, down * ratio)) > narrower
  }
  const both = (source: RecipeSource): boolean => isWider(source) && (canBeMadeFrom?.(source) ?? true)
  return { ...recipe, facts: { ...recipe.facts, canBeMadeFrom: both } }
}

function recipeOf(family: Family, width: number, format: ResponsiveFormat): Recipe<'image'> {
  const { widths: _, formats: __, make: ___, ratio, quality, effort, ...picture } = family
  const options = {
    ...withoutForeign(picture, format),
    width,
    format,
    ...(ratio === undefined ? { mode: 'fit' } : { mode: 'crop', height: heightOf(width, ratio) }),
    ...(quality?.[format] === undefined ? {} : { quality: quality[format] }),
    ...(effort?.[format] === undefined ? {} : { effort: effort[format] }),
  }
  // The kind reports what is not an option.
  return imageKind(options as unknown as ImageOptions)
}

function heightOf(width: number, ratio: number): number {
  return Math.max(1, Math.round(width / ratio))
}

/** Leaves out what this format does not have but another one may. */
function withoutForeign(picture: Readonly<Record<string, unknown>>, format: ResponsiveFormat): object {
  const isFlattened = format === 'jpeg' || (typeof picture['rotate'] === 'number' && picture['rotate'] % 90 !== 0)
  return Object.fromEntries(
    Object.entries(picture).filter(([option]) => {
      if (option === 'background') return isFlattened
      return !Object.hasOwn(FORMATS_WITH, option) || formatsWith(option).includes(format)
    }),
  )
}

function formatsWith(option: string): readonly string[] {
  return FORMATS_WITH[option as keyof typeof FORMATS_WITH]
}

/** Options of single recipes, which a family decides itself. */
const NOT_OF_FAMILIES = ['mode', 'width', 'height', 'format', 'enlarge', 'transform', 'kind']

function familyProblems(family: Family): readonly InvalidOption[] {
  const { formats, ratio, widths, quality = {}, effort = {} } = family
  const given = Object.keys(family).filter((option) => family[option] !== undefined)
  const problems = given
    .filter((option) => NOT_OF_FAMILIES.includes(option))
    .map((path) => ({ path, message: 'is not an option of a family' }))
  for (const option of given.filter((each) => Object.hasOwn(FORMATS_WITH, each))) {
    const having = formatsWith(option)
    if (family[option] === false || formats.some((format) => having.includes(format))) continue
    problems.push({ path: option, message: `is only for ${having.join(', ')}, and the family has none of these` })
  }
  for (const [path, values] of Object.entries({ quality, effort })) {
    const foreign = Object.keys(values).filter((format) => !(formats as readonly string[]).includes(format))
    problems.push(
      ...foreign.map((format) => ({ path: `${path}.${format}`, message: 'is for a format that the family lacks' })),
    )
  }
  if (ratio === undefined && family['position'] !== undefined) {
    problems.push({ path: 'position', message: 'is only for a family with `ratio`: without it nothing is cut' })
  }
  if (ratio !== undefined && heightOf(Math.max(...widths), ratio) > MAX_IMAGE_DIMENSION) {
    problems.push({ path: 'ratio', message: `makes the widest member higher than ${MAX_IMAGE_DIMENSION} pixels` })
  }
  return problems
}

/** The problems that the kind finds, each once, at the option of the family that causes it. */
function memberProblems(family: Family): readonly InvalidOption[] {
  const own = ['position', ...NOT_OF_FAMILIES]
  const [width = 1] = family.widths
  const found = family.formats.flatMap((format) =>
    recipeOf(family, width, format)
      .problems.filter(({ path }) => !own.includes(path) || (path === 'position' && family.ratio !== undefined))
      .map(({ path, message }) => ({
        path: path === 'quality' || path === 'effort' ? `${path}.${format}` : path,
        message,
      })),
  )
  return [...new Map(found.map((problem) => [problem.path, problem])).values()]
}
