import { canonicalJson, recipeDigest } from './digest.ts'
import type { Focus } from './entities.ts'
import type { JsonObject } from './errors.ts'
import { type InvalidOption, type OptionIssue, optionProblems } from './option-problems.ts'
import { FOCUS_KEY, type Recipe, type RecipeFacts, withFocus } from './recipe.ts'
import type { OutputKind } from './states.ts'

/**
 * A schema of options, by the Standard Schema specification (standardschema.dev): Zod, Valibot and ArkType schemas are
 * such. It must check synchronously, and accept its own output.
 */
export interface OptionsSchema<Input, Normal> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (
      value: unknown,
    ) =>
      | { readonly value: Normal; readonly issues?: undefined }
      | { readonly issues: readonly OptionIssue[] }
      | Promise<unknown>
    readonly types?: { readonly input: Input; readonly output: Normal } | undefined
  }
}

/** {@link RecipeFacts}, as a kind states them: what is left out has a default. */
export interface KindFacts extends Pick<RecipeFacts, 'contentType' | 'sources' | 'canBeMadeFrom'> {
  /** @default 'process' */
  readonly queue?: RecipeFacts['queue']
  /** @default the kind's name */
  readonly workClass?: string
  /** @default 1 */
  readonly cost?: number
  /** @default the kind's name */
  readonly capability?: string
  /** @default false */
  readonly usesFocus?: boolean
}

/** The definition of a {@link RecipeKind}. */
export interface RecipeKindDefinition<Name extends string, Input, Normal, O extends OutputKind> {
  /** Unique among all installed processors; begin it with your package's name: `acme/qr`. */
  readonly name: Name
  /** The kind of its outputs. */
  readonly output: O
  /** The npm package whose processor makes it; errors tell users to install it. */
  readonly madeBy: string
  /** Refuses unknown options, and fills in every default. The output is JSON. */
  readonly options: OptionsSchema<Input, Normal>
  /** The facts of an output with these options. Pure, and cheap. */
  readonly facts: (normal: Normal) => KindFacts
  /**
   * Options that were added after the kind's first release, with their defaults. The form leaves an option out while it
   * has its default: the digests of older recipes stay, and nobody's variants become stale. @default none
   */
  readonly later?: Partial<NoInfer<Normal>>
  /** Another form that an earlier release stored for the same output, so that its digest stays. @default none */
  readonly formerly?: {
    /** The earlier form of these options, with its kind; `undefined`: they had none. */
    readonly formOf: (normal: Normal) => JsonObject | undefined
    /** The options that an earlier form means; `undefined`: it is no earlier form of this kind. */
    readonly optionsOf: (form: JsonObject) => Input | undefined
  }
}

/** A stored form that its kind has read. */
export interface ReadRecipe<Name extends string, Normal, O extends OutputKind> {
  readonly recipe: Recipe<O>
  /** Every option, the kind, and the focus of the asset if the output depends on it and there is one. */
  readonly options: Normal & { readonly kind: Name; readonly assetFocus?: Focus }
}

/**
 * A kind of recipe: a function that takes options and returns a {@link Recipe}. It never throws; a recipe carries the
 * problems of its options. A processor lists the kinds that it makes.
 */
export interface RecipeKind<
  Name extends string = string,
  Input = never,
  Normal = unknown,
  O extends OutputKind = OutputKind,
> {
  (options: Input): Recipe<O>
  /** The kind's name. */
  readonly kind: Name
  /** Reads a stored form. `undefined`: it is of another kind; a list: it is of this kind, and these are its problems. */
  readonly read: (form: JsonObject) => ReadRecipe<Name, Normal, O> | readonly InvalidOption[] | undefined
}

/** Any kind of recipe. */
export type AnyRecipeKind = RecipeKind

/** The options that a processor gets for recipes of kind `K`: every one, the kind, and the focus of the asset. */
export type OptionsOf<K> =
  K extends RecipeKind<infer Name, never, infer Normal>
    ? Normal & { readonly kind: Name; readonly assetFocus?: Focus }
    : never

const NO_FACTS: KindFacts = { contentType: null, sources: [] }

/** Defines a kind of recipe. See {@link RecipeKindDefinition}. Does no I/O. */
export function recipeKind<const Name extends string, Input, Normal extends object, const O extends OutputKind>(
  definition: RecipeKindDefinition<Name, Input, Normal, O>,
): RecipeKind<Name, Input, Normal, O> {
  const { name, output, madeBy, later = {}, formerly } = definition
  const constant = { kind: name, makes: output, madeBy }
  const complete = (facts: KindFacts): RecipeFacts => ({
    queue: 'process',
    workClass: name,
    cost: 1,
    capability: name,
    usesFocus: false,
    ...facts,
  })
  const recipeOf = (normal: Normal): Recipe<O> => {
    const form = formerly?.formOf(normal) ?? formOf(name, normal, later)
    const facts = complete(definition.facts(normal))
    return { ...constant, form, digest: recipeDigest(form), facts, problems: [] }
  }
  const make = (given: Input): Recipe<O> => {
    const checked = check(definition.options, given ?? {})
    if ('value' in checked) return recipeOf(checked.value)
    const { problems } = checked
    return { ...constant, form: {}, digest: '', facts: complete(NO_FACTS), problems }
  }
  const read = (form: JsonObject): ReadRecipe<Name, Normal, O> | readonly InvalidOption[] | undefined => {
    const { [FOCUS_KEY]: given, ...unfocused } = form
    const earlier = formerly?.optionsOf(unfocused)
    if (earlier === undefined && form['kind'] !== name) return undefined
    const { kind: _, ...own } = unfocused
    const checked = check(definition.options, earlier ?? own)
    if ('problems' in checked) return checked.problems
    // Only `withFocus` writes it.
    const assetFocus = given as Focus | undefined
    const recipe = withFocus(recipeOf(checked.value), assetFocus ?? null)
    return { recipe, options: { ...checked.value, kind: name, ...(assetFocus === undefined ? {} : { assetFocus }) } }
  }
  // A function's name is read-only, and stack traces and debuggers show it.
  return Object.defineProperty(Object.assign(make, { kind: name, read }), 'name', { value: name })
}

type Checked<Normal> = { readonly value: Normal } | { readonly problems: readonly InvalidOption[] }

function check<Normal>(schema: OptionsSchema<unknown, Normal>, given: unknown): Checked<Normal> {
  const result = schema['~standard'].validate(given)
  if (result instanceof Promise) {
    result.catch(() => {})
    return {
      problems: [{ path: '', message: 'its schema checks asynchronously, which a recipe kind does not support' }],
    }
  }
  return result.issues === undefined ? { value: result.value } : { problems: optionProblems(result.issues, given) }
}

function formOf(name: string, normal: object, later: object): JsonObject {
  const defaults = later as JsonObject
  const written = Object.entries(normal as JsonObject).filter(([option, value]) => {
    const isAtDefault =
      Object.hasOwn(defaults, option) && canonicalJson(defaults[option] ?? null) === canonicalJson(value)
    return value !== undefined && !isAtDefault
  })
  return { kind: name, ...Object.fromEntries(written) }
}
