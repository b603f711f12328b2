import { recipeDigest } from './digest.ts'
import type { Asset, Focus } from './entities.ts'
import type { JsonObject } from './errors.ts'
import type { InvalidOption } from './option-problems.ts'
import type { Lane, OutputKind } from './states.ts'

/** The fields of an asset that decide whether a recipe can be made from it. */
export type RecipeSource = Pick<
  Asset,
  'kind' | 'contentType' | 'width' | 'height' | 'durationMs' | 'hasVideoTrack' | 'hasAudioTrack' | 'metadata' | 'focus'
>

/** The facts of one recipe, as its kind states them. Rindle itself knows no format. */
export interface RecipeFacts {
  /** The content type of the output; `null`: known only when it is made. */
  readonly contentType: string | null
  /** The kinds of asset (`image`, `video`, `audio`, `other`) and the content types that it can be made from. */
  readonly sources: readonly string[]
  /**
   * Whether it can be made from an asset of these sources, by its probe: a value that the probe does not tell is `null`.
   * @default always
   */
  readonly canBeMadeFrom?: ((source: RecipeSource) => boolean) | undefined
  /** The lane of its work. */
  readonly queue: Lane
  /**
   * The class of work: variants of one asset with the same lane and class are made by one job, which may share a
   * decode. Begins with the processor's name (`acme/qr.all`), so that no other processor has the same.
   */
  readonly workClass: string
  /** Seconds of one core for a usual source. An asset's cheaper classes begin first. */
  readonly cost: number
  /** The ability that a processor needs for it, such as an encoder: a processor that lacks it leaves the work. */
  readonly capability: string
  /** Whether its output depends on the focus of the asset. */
  readonly usesFocus: boolean
}

/**
 * A recipe: the plain value that the function of its {@link RecipeKind} returns. Goes into the `variants` of a profile.
 * `O` is the kind of its output.
 */
export interface Recipe<O extends OutputKind = OutputKind> {
  /** The name of its kind. */
  readonly kind: string
  /** The kind of its output. */
  readonly makes: O
  /** The normal form: every option and the kind, as JSON. Stored with a variant, hashed, and given to a processor. */
  readonly form: JsonObject
  /** The identity of the form: SHA-256 in hex. Empty when there are problems. */
  readonly digest: string
  readonly facts: RecipeFacts
  /** The npm package whose processor makes it. */
  readonly madeBy: string
  /** The problems of the options; `defineProfile` reports them with the variant's path. Usually empty. */
  readonly problems: readonly InvalidOption[]
}

/** The key of an asset's focus in the form of a recipe: no kind has an option of this name. */
export const FOCUS_KEY = 'assetFocus'

/** A stored form without and with a focus. */
export interface Refocused {
  readonly form: JsonObject
  readonly digest: string
  /** The digest of the recipe that was declared, which holds no focus. */
  readonly declaredDigest: string
}

/** Whether `recipe` can be made from this asset, as far as its probe tells. Pure. */
export function canBeMadeFrom({ facts }: Pick<Recipe, 'facts'>, source: RecipeSource): boolean {
  const { kind, contentType } = source
  if (kind === null) return false
  const isSource = facts.sources.includes(kind) || (contentType !== null && facts.sources.includes(contentType))
  return isSource && (facts.canBeMadeFrom?.(source) ?? true)
}

/**
 * The recipe for an asset with this focus: the same, or, if it uses the focus, one whose form and digest hold it. Pure.
 */
export function withFocus<
  R extends Pick<Recipe, 'form' | 'digest'> & { readonly facts: Pick<RecipeFacts, 'usesFocus'> },
>(recipe: R, focus: Focus | null): R {
  if (focus === null || !recipe.facts.usesFocus) return recipe
  const form: JsonObject = { ...recipe.form, [FOCUS_KEY]: { x: focus.x, y: focus.y } }
  return { ...recipe, form, digest: recipeDigest(form) }
}

/** The stored form of a recipe that uses the focus, for an asset with this one instead of that in the form. Pure. */
export function refocused(stored: JsonObject, focus: Focus | null): Refocused {
  const { [FOCUS_KEY]: _, ...form } = stored
  const declaredDigest = recipeDigest(form)
  const focused = withFocus({ form, digest: declaredDigest, facts: { usesFocus: true } }, focus)
  return { form: focused.form, digest: focused.digest, declaredDigest }
}
