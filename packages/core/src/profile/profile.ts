import type { AcceptOptions, AcceptRules } from '../domain/accept.ts'
import type { Owner } from '../domain/entities.ts'
import type { InvalidOption } from '../domain/option-problems.ts'
import type { MetadataPolicy } from '../domain/original-metadata.ts'
import type { Recipe } from '../domain/recipe.ts'
import type { FamilyMaking } from '../domain/recipe-family.ts'
import type { StaleMode } from '../domain/stale-policy.ts'
import type { OutputKind } from '../domain/states.ts'
import type { StreamRole } from '../domain/stream-family.ts'
import type { Analyzer } from '../ports/analyzer.ts'
import type { Authorizer } from '../ports/authorizer.ts'
import type { HookHandlers } from '../ports/hooks.ts'
import type { Scanner } from '../ports/scanner.ts'

/** The declarations of several recipes under one name: the same picture in several files, and a film to stream. */
type ManyKind = 'family' | 'stream_family'

/** The kinds of a profile's variants, its families and its streams, by name. */
export type Makes = Readonly<Record<string, OutputKind | ManyKind>>

/** A recipe or a family of them, as far as a profile infers its type from it. */
export interface Declared<O extends OutputKind | ManyKind> {
  readonly makes: O
  readonly problems: readonly InvalidOption[]
}

/** The same picture in several widths and formats, each of which is a variant of the profile. */
export interface Family {
  readonly make: FamilyMaking
  /** Width by height, if it cuts to that; `null`: the picture's own. */
  readonly ratio: number | null
  /** Narrower ones first; within a width, the preferred format first and the fallback last. */
  readonly members: readonly FamilyMember[]
}

/** One variant of a family. */
export interface FamilyMember {
  /** The name of its variant: `hero_w640_avif`. */
  readonly name: string
  /** Pixels: the most that it has. */
  readonly width: number
  readonly contentType: string
}

/** The same film in several sizes, with its sound apart; each part is a variant of the profile. */
export interface Stream {
  /** The usual duration of a segment, in seconds. */
  readonly segmentSeconds: number
  /** The pictures first, larger ones before smaller ones; then the sound tracks, the default one first. */
  readonly members: readonly StreamMember[]
}

/** One variant of a stream. */
export interface StreamMember {
  /** The name of its variant: `film_720`, `film_sound`. */
  readonly name: string
  readonly role: StreamRole
}

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

/** The placeholders of pictures, to be shown until a picture is there. */
export const PLACEHOLDER_MODES = ['thumbhash', 'colour', 'none'] as const

/** One of {@link PLACEHOLDER_MODES}. */
export type PlaceholderMode = (typeof PLACEHOLDER_MODES)[number]

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

/** An upload whose storage a profile chooses. */
export interface StorageChoice {
  /** The actor who begins it, as the application names them. */
  readonly actorId: string | null
  /** The owner that it will be attached to. */
  readonly owner: Owner | null
  readonly tenant: string | null
}

/** When the assets of a profile are purged. */
export interface PurgeOptions {
  /** Seconds in the trash, from 1. `purgeTrashed`, which maintenance runs, then purges the asset. */
  readonly afterSeconds: number
}

/** The stored originals of a profile's media. */
export interface OriginalsOptions {
  /**
   * The metadata that an original keeps. It is removed without loss while the upload is promoted: pixels and sound, the
   * colour profile and the orientation stay as they are. A file of a type without a lossless way is refused
   * (`metadata_not_removable`). Assets that are available already stay as they are. @default 'keep'
   */
  readonly metadata?: MetadataPolicy
}

/** Options of {@link defineProfile}. */
export interface ProfileOptions<
  V extends Makes = Makes,
  S extends Readonly<Record<string, SlotOption>> = Readonly<Record<string, SlotOption>>,
  St extends string = string,
> {
  /**
   * Name of the storage that holds the media; or a function that chooses it for each upload, at once and without I/O. It
   * is also called with all fields `null`, when the profile is defined: for your own files and for the setup checks.
   */
  readonly storage: St | ((upload: StorageChoice) => St)
  /** The files that may be uploaded. */
  readonly accept: AcceptOptions
  /** Recipes, families and streams by name: lower-case letters, digits and `_`. @default none */
  readonly variants?: { readonly [N in keyof V]: Declared<V[N]> }
  /** Places where owners may attach this media, by name. @default none */
  readonly slots?: S
  /**
   * When a changed recipe makes existing variants again: a worker marks them as stale within minutes of a deployment, and
   * `automatically` it enqueues them too, behind fresh uploads.
   * @default 'on_request': `rindle regenerate-variants`
   */
  readonly regenerate?: RegenerateMode
  /**
   * A placeholder that pages show until the picture is there, made with the variants: `thumbhash`, a blurred picture of
   * some 21 bytes; `colour`, its average colour. @default 'none'
   */
  readonly placeholder?: PlaceholderMode
  /**
   * Whether a worker makes text tracks of the subtitles in an uploaded film, once it is available. Its processor must read
   * them, as that of `@rindle/processor-av` does. @default false
   */
  readonly extractSubtitles?: boolean
  /**
   * The way of an asset that loses its last attachment. With `afterSeconds` it waits that long in the trash: it is not
   * delivered, and `restore` brings it back. @default purged at once
   */
  readonly purge?: PurgeOptions
  /** The stored originals. @default as they came */
  readonly originals?: OriginalsOptions
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
  /** Its storage; if a function chooses it, the storage of an upload without tenant, actor and owner. */
  readonly storage: St
  /** Chooses the storage of an upload; `null`: it is always `storage`. */
  readonly chooseStorage: ((upload: StorageChoice) => St) | null
  readonly accept: AcceptRules
  // No wider types: they would be inferred for a profile that is defined where this type is expected.
  readonly variants: object
  readonly families: object
  readonly streams: object
  readonly slots: object
  readonly delivery: {
    readonly public: boolean
    readonly expiresInSeconds: number | null
    readonly staleMode: StaleMode
    readonly authorize: Authorizer | null
  }
  readonly regenerate: RegenerateMode
  readonly placeholder: PlaceholderMode
  readonly extractSubtitles: boolean
  /** `null`: an asset without attachments is purged at once. */
  readonly purge: PurgeOptions | null
  readonly originals: { readonly metadata: MetadataPolicy }
  readonly scanners: readonly Scanner[]
  readonly analyzers: readonly Analyzer[]
  readonly on: HookHandlers
}

/** A validated profile: the policy for one family of media. Made by {@link defineProfile}. */
export interface Profile<V extends Makes = Makes, S extends Slots = Slots, St extends string = string>
  extends AnyProfile<St> {
  /** Recipes by the name of their variant; the members of families and streams are among them. */
  readonly variants: {
    readonly [N in keyof V as V[N] extends ManyKind ? never : N]: Recipe<Exclude<V[N], ManyKind>>
  }
  /** Families by name. */
  readonly families: { readonly [N in keyof V as 'family' extends V[N] ? N : never]: Family }
  /** Streams by name. */
  readonly streams: { readonly [N in keyof V as 'stream_family' extends V[N] ? N : never]: Stream }
  /** The variants that are made when a page first asks for them. */
  readonly onDemand: ReadonlySet<string>
  /** The rules of its slots, by name. */
  readonly slots: { readonly [N in keyof S]: SlotRules<S[N]> }
}
