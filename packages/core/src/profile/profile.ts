import type { NormalizedRecipe, Recipe } from '../domain/recipes.ts'
import type { StaleMode } from '../domain/stale-policy.ts'
import type { Analyzer } from '../ports/analyzer.ts'
import type { Authorizer } from '../ports/authorizer.ts'
import type { Scanner } from '../ports/scanner.ts'

/** What becomes of a file that is named or declared as another type of its kind than its bytes are. */
export type ExtensionMismatch = 'correct' | 'reject'

/** What a profile accepts. */
export interface AcceptOptions {
  /**
   * Content types by what the bytes are: `image/jpeg`, or `image/*` for all of a kind. Other names for a type are taken
   * for it (`video/x-ms-wmv` for `video/x-ms-asf`). A wildcard never includes active content (SVG, HTML); name it to
   * accept it.
   */
  readonly types: readonly string[]
  /** Filename extensions with their dot. @default every usual extension of the accepted types */
  readonly extensions?: readonly string[]
  /**
   * What becomes of a file whose name or declared type is of another type of the same kind than its bytes, as a PNG
   * called `photo.jpg`: `correct` keeps it as what it is, `photo.png` and `image/png`; `reject` refuses it
   * (`extension_mime_mismatch`, `declared_mime_mismatch`). One of another kind is refused always, as a text called
   * `photo.png`, and so is whatever a browser may run. `types` has to accept what the bytes are, either way.
   * @default 'correct'
   */
  readonly extensionMismatch?: ExtensionMismatch
  /** Largest size in bytes. */
  readonly maxBytes: number
  /** Largest width × height × frames. @default 100000000 */
  readonly maxPixels?: number
  /** Longest video or audio, in milliseconds. @default unlimited */
  readonly maxDurationMs?: number
}

/** How a profile's media is delivered. */
export interface DeliveryOptions {
  /** Plain, unsigned URLs that anyone may keep for ever. @default false */
  readonly public?: boolean
  /** Least remaining life of a signed URL, in seconds. @default the instance's, 900 */
  readonly expiresInSeconds?: number
  /** What a stale variant's URL leads to. @default 'fallback_original' */
  readonly staleMode?: StaleMode
  /** Asked before every URL is issued, of an asset or of a file of the application's own. @default none: everyone who can call the function may have the URL */
  readonly authorize?: Authorizer
}

/** Options of {@link defineProfile}. */
export interface ProfileOptions<V extends string = string, S extends string = string> {
  /** Name of the storage that holds the media. */
  readonly storage: string
  /** What may be uploaded. */
  readonly accept: AcceptOptions
  /** Variants by name: lower-case letters, digits and `_`. @default none */
  readonly variants?: Readonly<Record<V, Recipe>>
  /** Slots that owners may attach this media at. @default any name */
  readonly slots?: readonly S[]
  /** Who gets a URL, and for how long. @default private, by signed URLs */
  readonly delivery?: DeliveryOptions
  /** Asked at the gate, in order. @default none */
  readonly scanners?: readonly Scanner[]
  /** Run after the probe, in order. @default none */
  readonly analyzers?: readonly Analyzer[]
}

/** A validated profile: the policy of one family of media. Made by {@link defineProfile}. */
export interface Profile<V extends string = string, S extends string = string> {
  readonly storage: string
  readonly accept: Required<Omit<AcceptOptions, 'extensions' | 'maxDurationMs'>> & {
    readonly extensions: readonly string[] | null
    readonly maxDurationMs: number | null
  }
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

/** A variant as a profile declares it. */
export interface DeclaredVariant {
  readonly recipe: NormalizedRecipe
  /** SHA-256 of the normalised recipe, in hex. */
  readonly digest: string
}
