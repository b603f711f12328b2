import type {
  AssetKind,
  AssetState,
  JsonObject,
  OutputKind,
  SessionState,
  UploadStrategy,
  VariantState,
} from '@rindle/core'
import type { ProblemMembers } from '@rindle/core/adapter'

/** The strategy that a client asks for; `auto` leaves the choice to the server. */
export const ASKED_STRATEGIES = ['auto', 'presigned_put', 'multipart', 'resumable'] as const

/** One of {@link ASKED_STRATEGIES}. */
export type AskedStrategy = (typeof ASKED_STRATEGIES)[number]

/** The body of `POST /uploads`. */
export interface BeginUpload {
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
  /** @default 'auto' */
  readonly strategy?: AskedStrategy
}

/** A request that a client sends unchanged: to the storage, not to this handler. */
export interface UploadRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** An upload as its client sees it. */
export interface Upload {
  readonly id: string
  readonly assetId: string
  readonly state: SessionState
  readonly strategy: UploadStrategy
  /** Declared size in bytes. */
  readonly byteSize: number | null
  /** ISO 8601. */
  readonly expiresAt: string | null
  /** The one request that sends the file; only when a `presigned_put` begins. */
  readonly request?: UploadRequest
  /** Bytes of every part but the last; only for `multipart`. */
  readonly partBytes?: number
  /** Only for `multipart`. */
  readonly partCount?: number
  /** The parts that the storage has; only in the state of an open `multipart`. */
  readonly parts?: readonly { readonly partNumber: number; readonly byteSize: number }[]
  /**
   * Where a tus client sends the bytes, a path on this server and a secret of the actor; only for an open `resumable`.
   */
  readonly tusUrl?: string
}

/** The answer to `POST /uploads/:id/complete`. */
export interface CompletedUpload {
  readonly upload: Upload
  readonly asset: { readonly id: string; readonly state: AssetState }
}

/** A variant as a client sees it. */
export interface VariantView {
  readonly state: VariantState
  readonly outputKind: OutputKind
  /** Percent, 0 to 100. */
  readonly progress: number
  readonly contentType: string | null
  readonly byteSize: number | null
  readonly width: number | null
  readonly height: number | null
  readonly durationMs: number | null
  /** A code. */
  readonly errorReason: string | null
  /** The same as a sentence for people; only the meaning of the code if it is not about the file. */
  readonly errorMessage: string | null
  readonly metadata: JsonObject
  /** `null` unless the variant is ready and may be delivered. */
  readonly url: string | null
}

/** An asset with its variants as a client sees it. */
export interface AssetView {
  readonly id: string
  readonly profile: string
  readonly state: AssetState
  readonly kind: AssetKind | null
  readonly filename: string
  readonly contentType: string | null
  readonly byteSize: number | null
  readonly width: number | null
  readonly height: number | null
  readonly durationMs: number | null
  /** A code. */
  readonly errorReason: string | null
  /** The same as a sentence for people; only the meaning of the code if it is not about the file. */
  readonly errorMessage: string | null
  /** Whether it will not change any more by itself. */
  readonly settled: boolean
  /** The original; `null` unless the asset is deliverable and may be delivered. */
  readonly url: string | null
  /** By name. */
  readonly variants: Readonly<Record<string, VariantView>>
}

/** Every error: `application/problem+json` (RFC 9457). */
export interface Problem extends ProblemMembers {
  readonly type: 'about:blank'
}
