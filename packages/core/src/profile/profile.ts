import type { AcceptOptions, AcceptRules } from '../domain/accept.ts'
import type { NormalizedRecipe, Recipe } from '../domain/recipes.ts'
import type { StaleMode } from '../domain/stale-policy.ts'
import type { Analyzer } from '../ports/analyzer.ts'
import type { Authorizer } from '../ports/authorizer.ts'
import type { Scanner } from '../ports/scanner.ts'

/** The delivery of a profile's media. */
export interface DeliveryOptions {
  /** Plain, unsigned URLs that anyone may keep for ever. @default false */
  readonly public?: boolean
  /** The shortest remaining lifetime of a signed URL, in seconds. @default the instance's, 900 */
  readonly expiresInSeconds?: number
  /** The target of a stale variant's URL. @default 'fallback_original' */
  readonly staleMode?: StaleMode
  /**
   * Asked before every URL is issued, for an asset or for the application's own file. @default none: every caller gets
   * the URL
   */
  readonly authorize?: Authorizer
}

/** Options of {@link defineProfile}. */
export interface ProfileOptions<V extends string = string, S extends string = string> {
  /** Name of the storage that holds the media. */
  readonly storage: string
  /** The files that may be uploaded. */
  readonly accept: AcceptOptions
  /** Variants by name: lower-case letters, digits and `_`. @default none */
  readonly variants?: Readonly<Record<V, Recipe>>
  /** Slots at which owners may attach this media. @default any name */
  readonly slots?: readonly S[]
  /** The access to URLs, and their lifetime. @default private, by signed URLs */
  readonly delivery?: DeliveryOptions
  /** Run at the gate, in order. @default none */
  readonly scanners?: readonly Scanner[]
  /** Run after the probe, in order. @default none */
  readonly analyzers?: readonly Analyzer[]
}

/** A validated profile: the policy for one family of media. Made by {@link defineProfile}. */
export interface Profile<V extends string = string, S extends string = string> {
  readonly storage: string
  readonly accept: AcceptRules
  readonly variants: Readonly<Record<V, DeclaredVariant>>
  /** `null`: any slot. */
  readonly slots: readonly S[] | null
  readonly delivery: {
    readonly public: boolean
    readonly expiresInSeconds: number | null
    readonly staleMode: StaleMode
    readonly authorize: Authorizer | null
  }
  readonly scanners: readonly Scanner[]
  readonly analyzers: readonly Analyzer[]
}

/** A variant, as its profile declares it. */
export interface DeclaredVariant {
  readonly recipe: NormalizedRecipe
  /** SHA-256 of the normalised recipe, in hex. */
  readonly digest: string
}
