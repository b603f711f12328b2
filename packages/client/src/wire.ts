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

/** One variant, as the server shows it; `null` for unknown values. */
export interface VariantView {
  readonly state: VariantState
  readonly outputKind: 'image' | 'video' | 'audio' | 'waveform'
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
  /** The same as a sentence for people, in English. */
  readonly errorMessage: string | null
  /** The processor's metadata of its output, such as the tiles of a thumbnail strip. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** `null` unless it may be fetched. */
  readonly url: string | null
}

/** One asset, as the server shows it, of any profile; `null` for unknown values. */
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
  /** The same as a sentence for people, in English. */
  readonly errorMessage: string | null
  /** Whether it will not change any more by itself. */
  readonly settled: boolean
  /** The URL of the original; `null` unless it may be fetched. */
  readonly url: string | null
  readonly variants: Readonly<Record<string, VariantView>>
}

/** A request that sends bytes to the storage; use it unchanged. */
export interface WireRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** A part that the storage has. */
export interface WirePart {
  readonly partNumber: number
  readonly byteSize: number
}

/** The part of an upload session that the client reads. */
export interface WireUpload {
  readonly id: string
  readonly assetId: string
  readonly state: string
  readonly strategy: string
  readonly expiresAt: string | null
  /** The first request of an upload by one PUT. */
  readonly request?: WireRequest
  /** Bytes of every part but the last. */
  readonly partBytes?: number
  readonly partCount?: number
  readonly parts?: readonly WirePart[]
  /** The URL for the bytes of a resumable upload. */
  readonly tusUrl?: string
}

/** The part of a problem document that the client reads. */
export interface WireProblem {
  readonly code?: string
  readonly detail?: string
  readonly reason?: string
}
