/**
 * The requests of a client and the answers of the handler of `@rindle/http`, which takes these types from here. All is
 * JSON but the event stream, whose events hold a {@link WireAsset}. `:` segments of a path are URI-encoded. An error is
 * answered with a {@link WireProblem}.
 */
export interface WireRoutes {
  'POST /uploads': { readonly body: WireBeginUpload; readonly answer: WireUpload }
  'POST /uploads/from-url': { readonly body: WireFetchUpload; readonly answer: WireUpload }
  'GET /uploads/:id': { readonly answer: WireUpload }
  'DELETE /uploads/:id': { readonly answer: null }
  'POST /uploads/:id/sign': { readonly answer: WireRequest }
  'POST /uploads/:id/parts/:number': { readonly answer: WireRequest }
  'POST /uploads/:id/complete': { readonly answer: WireCompletedUpload }
  'GET /assets/:id': { readonly answer: WireAsset }
  'GET /assets/:id/events': { readonly answer: null }
  'POST /assets/:id/focus': { readonly body: WireSetFocus; readonly answer: WireAsset }
  'POST /assets/:id/tracks': { readonly body: WireAddTrack; readonly answer: WireAsset }
  'DELETE /assets/:id/tracks/:trackId': { readonly answer: WireAsset }
}

/** A method and a path below the mount of the handler: one of {@link WireRoutes}. */
export type WireRoute = keyof WireRoutes

/** States of an upload session, in the order of its life. */
export type SessionState =
  | 'initialized'
  | 'signed'
  | 'resuming'
  | 'uploading'
  | 'uploaded'
  | 'verifying'
  | 'completed'
  | 'aborted'
  | 'expired'
  | 'failed'

/** States of an asset, in the order of its life. */
export type AssetState =
  | 'staged'
  | 'validating'
  | 'analyzing'
  | 'promoting'
  | 'available'
  | 'processing'
  | 'transcoding'
  | 'ready'
  | 'degraded'
  | 'quarantined'
  | 'trashed'
  | 'deleted'

/** States of a variant, in the order of its life. */
export type VariantState =
  | 'planned'
  | 'queued'
  | 'processing'
  | 'ready'
  | 'failed'
  | 'cancelled'
  | 'stale'
  | 'missing'
  | 'purged'

/** How the bytes of an upload travel. */
export type UploadStrategy = 'presigned_put' | 'multipart' | 'resumable' | 'proxied' | 'fetched' | 'adopted'

/** The strategy that a client asks for; `auto` lets the server choose by size and storage. */
export type AskedStrategy = 'auto' | Exclude<UploadStrategy, 'proxied' | 'fetched' | 'adopted'>

/** The body of `POST /uploads`. */
export interface WireBeginUpload {
  readonly profile: string
  readonly filename: string
  /** The type that the client declares; `''` if it does not know. @default '' */
  readonly contentType?: string
  /** Exact size in bytes. */
  readonly byteSize: number
  /** SHA-256 in lower-case hex. */
  readonly checksumSha256?: string
  /** The slot to attach the upload to, for the owner that the application names. */
  readonly slot?: string
  /** The place among the files that the person chose together. @default the order in which uploads begin */
  readonly order?: ChosenOrder
  /** @default 'auto' */
  readonly strategy?: AskedStrategy
}

/** The body of `POST /uploads/from-url`. */
export interface WireFetchUpload {
  readonly profile: string
  /** Where a worker of the server fetches the file. */
  readonly url: string
  /** @default the name that the other server gives, else the last part of the URL */
  readonly filename?: string
  /** The slot to attach the upload to, for the owner that the application names. */
  readonly slot?: string
}

/** The place of a file among those that a person chose together. */
export interface ChosenOrder {
  /** The same for all of these files, and for no others: 1 to 64 letters, digits, `_` and `-`. */
  readonly batch: string
  /** From 0. */
  readonly index: number
}

/** A request that sends bytes to the storage; use it unchanged. */
export interface WireRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** A part that the storage has. */
export interface WirePart {
  /** From 1. */
  readonly partNumber: number
  readonly byteSize: number
}

/** An upload session as its client sees it. */
export interface WireUpload {
  readonly id: string
  readonly assetId: string
  readonly state: SessionState
  readonly strategy: UploadStrategy
  /** Declared size in bytes. */
  readonly byteSize: number | null
  /** ISO 8601. */
  readonly expiresAt: string | null
  /** The one request that sends the file; only when a `presigned_put` begins. */
  readonly request?: WireRequest
  /** Bytes of every part but the last; only for `multipart`. */
  readonly partBytes?: number
  /** Only for `multipart`. */
  readonly partCount?: number
  /** The parts that the storage has; only in the state of an open `multipart`. */
  readonly parts?: readonly WirePart[]
  /**
   * Where a tus client sends the bytes, a path on this server and a secret of the actor; only for an open `resumable`.
   */
  readonly tusUrl?: string
}

/** The answer to `POST /uploads/:id/complete`. */
export interface WireCompletedUpload {
  readonly upload: WireUpload
  readonly asset: { readonly id: string; readonly state: AssetState }
}

/** One variant, as the server shows it; `null` for unknown values. */
export interface VariantView {
  readonly state: VariantState
  readonly outputKind: 'image' | 'video' | 'audio' | 'stream' | 'data'
  /** Percent, 0 to 100. */
  readonly progress: number
  readonly contentType: string | null
  readonly byteSize: number | null
  /** Pixels. */
  readonly width: number | null
  /** Pixels. */
  readonly height: number | null
  readonly durationMs: number | null
  /** Why it failed, or what it waits for: a code. */
  readonly errorReason: string | null
  /** The same as a sentence for people, in English; only the meaning of the code if it is not about the file. */
  readonly errorMessage: string | null
  /** The processor's metadata of its output, such as the tiles of a thumbnail strip. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** `null` unless the variant is ready and may be delivered. */
  readonly url: string | null
  /**
   * The URL of a thumbnail strip's storyboard: WebVTT whose cues name the places of its tiles. `null` for any other
   * variant, until it is ready, and if the server has no route for it.
   */
  readonly storyboard: string | null
}

/** A film in several sizes for players (HLS), as the server shows it. */
export interface StreamView {
  /**
   * The URL of its master playlist. `null` until its pictures can be played in some size, and with their sound; if the
   * server has no route for it; and if it may not be delivered.
   */
  readonly url: string | null
}

/** The point of a picture that matters, as fractions of its displayed width and height: 0 to 1, from the top left. */
export interface Focus {
  readonly x: number
  readonly y: number
}

/** The body of `POST /assets/:id/focus`; `null`: the centre of attention, as found by the processor. */
export interface WireSetFocus {
  readonly focus: Focus | null
}

/** The kinds of a text track: `captions` also tell of sounds, `subtitles` translate speech, `chapters` name the parts. */
export type TrackKind = 'captions' | 'subtitles' | 'chapters'

/** The body of `POST /assets/:id/tracks`. */
export interface WireAddTrack {
  /** WebVTT or SubRip: at most 4 MiB. */
  readonly text: string
  readonly kind: TrackKind
  /** A language tag of BCP 47: "en", "pt-BR". */
  readonly lang: string
  /** The name that a player shows. @default the language's own name */
  readonly label?: string
  /** Whether a player shows it by default. @default false */
  readonly default?: boolean
}

/** A text track, as the server shows it. */
export interface TrackView {
  readonly id: string
  readonly kind: TrackKind
  /** A canonical BCP 47 tag. */
  readonly lang: string
  /** The name that a player shows. */
  readonly label: string
  /** Whether a player shows it by default. */
  readonly default: boolean
  /** Of WebVTT; `null` unless the asset is deliverable and the track may be delivered. */
  readonly url: string | null
}

/** A placeholder of a picture, to be shown until the picture is there. */
export interface PlaceholderView {
  /** A blurred picture as a `data:` URL, for a CSS background; `null` where the profile wants only the colour. */
  readonly dataUrl: string | null
  /** Its average colour, as CSS: `#a1b2c3`. */
  readonly colour: string
}

/** The images of one format in a family: attributes of a `source`, by their names in the DOM and in React. */
export interface FamilySource {
  readonly type: string
  /** URLs with their widths; a single one stands alone. */
  readonly srcSet: string
}

/** One picture in several widths and formats, as the server shows it. */
export interface FamilyView {
  /**
   * The one URL of the family: with `?w=640`, and perhaps `&format=avif`, it answers with the image of the next larger
   * width, in the best format that the browser accepts. `null` if the server has no route for it, or the asset may not
   * be delivered.
   */
  readonly url: string | null
  /** The widths that this asset has, in pixels, the narrowest first. Empty if the asset cannot have the family. */
  readonly widths: readonly number[]
  /** The content types that it has, the preferred one first and the fallback last. */
  readonly types: readonly string[]
  /** Pixels, of the widest image; `null` if unknown. */
  readonly width: number | null
  /** Pixels, of the widest image; `null` if unknown. */
  readonly height: number | null
  /** For the `img`; `null` if there is nothing yet that every browser shows. */
  readonly src: string | null
  /** For the `img`, with its `sizes`; `null` where one image needs no choice. */
  readonly srcSet: string | null
  /** For `source` elements before the `img`. Empty for a family on demand: its URL chooses the format. */
  readonly sources: readonly FamilySource[]
}

/** One asset with its variants, as the server shows it, of any profile; `null` for unknown values. */
export interface WireAsset {
  readonly id: string
  readonly profile: string
  readonly state: AssetState
  readonly kind: 'image' | 'video' | 'audio' | 'other' | null
  readonly filename: string
  readonly contentType: string | null
  readonly byteSize: number | null
  /** Pixels, as displayed. */
  readonly width: number | null
  /** Pixels, as displayed. */
  readonly height: number | null
  readonly durationMs: number | null
  /** Why it is quarantined, or the reason of the last failure: a code. */
  readonly errorReason: string | null
  /** The same as a sentence for people, in English; only the meaning of the code if it is not about the file. */
  readonly errorMessage: string | null
  /** Whether all work on it is done, so that it no longer changes on its own. */
  readonly settled: boolean
  /** The URL of the original; `null` unless the asset is deliverable and may be delivered. */
  readonly url: string | null
  /** By name. Those of families are in `families`. */
  readonly variants: Readonly<Record<string, VariantView>>
  /** By name. */
  readonly families: Readonly<Record<string, FamilyView>>
  /** By name. Their sizes and sounds are among `variants`, with their progress. */
  readonly streams: Readonly<Record<string, StreamView>>
  /** Captions, subtitles and chapters, the oldest first. */
  readonly tracks: readonly TrackView[]
  /** The point that crops are cut around; `null`: the centre of attention. */
  readonly focus: Focus | null
  /** `null`: none was made, or the profile wants none. */
  readonly placeholder: PlaceholderView | null
}

/** The body of every error: `application/problem+json` (RFC 9457). */
export interface WireProblem {
  readonly type: 'about:blank'
  /** The HTTP status. */
  readonly status: number
  /** A code of the server's `RindleError`; `internal_error` for any other failure. */
  readonly code: string
  /** One sentence for developers. */
  readonly detail: string
  /** Why an upload was rejected: a code. */
  readonly reason?: string
}
