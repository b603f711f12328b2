import type { AcceptOptions, AcceptRules } from '../domain/accept.ts'
import type { Recipe } from '../domain/recipe.ts'
import type { StaleMode } from '../domain/stale-policy.ts'
import type { OutputKind } from '../domain/states.ts'
import type { Analyzer } from '../ports/analyzer.ts'
import type { Authorizer } from '../ports/authorizer.ts'
import type { HookHandlers } from '../ports/hooks.ts'
import type { Scanner } from '../ports/scanner.ts'

/** The kinds of a profile's variants, by name. */
export type Makes = Readonly<Record<string, OutputKind>>

/** No names: a profile without variants, or without slots. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- No name may fit, and all profiles must.
export type NoNames = Record<never, never>

/** The number of assets that a slot may hold. */
export type Cardinality = 'one' | 'many'

/** The cardinalities of a profile's slots, by name. */
export type Slots = Readonly<Record<string, Cardinality>>

/** A slot, as a profile declares it. `max`: the most assets of one owner; an asset beyond it is refused. */
export type SlotOption = 'one' | 'many' | { readonly many: true; readonly max?: number | undefined }

/** The rules of one slot. */
export interface SlotRules<C extends Cardinality = Cardinality> {
  /** `one`: an upload for it replaces the present asset. `many`: an upload for it is added at its end. */
  readonly cardinality: C
  /** The most assets of one owner; `null`: no limit. */
  readonly max: number | null
}

/** The ways to make existing variants of a changed recipe again. */
export const REGENERATE_MODES = ['on_request', 'automatically'] as const

/** One of {@link REGENERATE_MODES}. */
export type RegenerateMode = (typeof REGENERATE_MODES)[number]

/** The delivery of a profile's media. */
export interface DeliveryOptions {
  /** Plain, unsigned URLs that anyone may keep for ever. @default false */
  readonly public?: boolean
  /** The shortest remaining lifetime of a signed URL, in seconds. @default the instance's, 900 */
  readonly expiresInSeconds?: number
  /**
   * The target of a stale variant's URL: its old object, or the original, which costs a page far more bytes.
   * @default 'serve_stale'
   */
  readonly staleMode?: StaleMode
  /**
   * Asked before every URL is issued, for an asset or for the application's own file. @default none: every caller gets
   * the URL
   */
  readonly authorize?: Authorizer
}

/** Options of {@link defineProfile}. */
export interface ProfileOptions<
  V extends Makes = Makes,
  S extends Readonly<Record<string, SlotOption>> = Readonly<Record<string, SlotOption>>,
  St extends string = string,
> {
  /** Name of the storage that holds the media. */
  readonly storage: St
  /** The files that may be uploaded. */
  readonly accept: AcceptOptions
  /** Recipes by the name of their variant: lower-case letters, digits and `_`. @default none */
  readonly variants?: { readonly [N in keyof V]: Recipe<V[N]> }
  /** Places where owners may attach this media, by name. @default none */
  readonly slots?: S
  /**
   * When a changed recipe makes existing variants again: a worker marks them as stale within minutes of a deployment, and
   * `automatically` it enqueues them too, behind fresh uploads.
   * @default 'on_request': `rindle regenerate-variants`
   */
  readonly regenerate?: RegenerateMode
  /** The access to URLs, and their lifetime. @default private, by signed URLs */
  readonly delivery?: DeliveryOptions
  /** Run at the gate, in order. @default none */
  readonly scanners?: readonly Scanner[]
  /** Run after the probe, in order. @default none */
  readonly analyzers?: readonly Analyzer[]
  /** Run in a worker after the commit of a change, at least once each, and in order for each asset. @default none */
  readonly on?: HookHandlers
}

/** A profile, whatever its variants and slots: what {@link createRindle} takes. `St`: the name of its storage. */
export interface AnyProfile<St extends string = string> {
  readonly storage: St
  readonly accept: AcceptRules
  // No wider types: they would be inferred for a profile that is defined where this type is expected.
  readonly variants: object
  readonly slots: object
  readonly delivery: {
    readonly public: boolean
    readonly expiresInSeconds: number | null
    readonly staleMode: StaleMode
    readonly authorize: Authorizer | null
  }
  readonly regenerate: RegenerateMode
  readonly scanners: readonly Scanner[]
  readonly analyzers: readonly Analyzer[]
  readonly on: HookHandlers
}

/** A validated profile: the policy for one family of media. Made by {@link defineProfile}. */
export interface Profile<V extends Makes = Makes, S extends Slots = Slots, St extends string = string>
  extends AnyProfile<St> {
  /** Recipes by the name of their variant. */
  readonly variants: { readonly [N in keyof V]: Recipe<V[N]> }
  /** The rules of its slots, by name. */
  readonly slots: { readonly [N in keyof S]: SlotRules<S[N]> }
}
