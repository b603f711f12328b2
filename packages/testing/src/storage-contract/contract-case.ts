import type { SignedRequest, StorageAdapter, StorageCapability } from '@rindle/core'

/** Sends a signed request as a client does, with nothing but the request's own headers and the body. */
export type SendSigned = (request: SignedRequest, body?: Uint8Array<ArrayBuffer>) => Promise<Response>

/** A storage under test: started, empty, and used by one case alone. */
export interface StorageSubject {
  readonly adapter: StorageAdapter
  /**
   * Required if the adapter declares `signed_url`, `presigned_put` or `multipart_upload`: only a request proves a
   * signature.
   */
  readonly send?: SendSigned
}

/** One promise of the storage port, as a check that rejects when an adapter breaks it. */
export interface StorageContractCase {
  /** The promise, as a sentence. */
  readonly name: string
  /** The case does not apply to adapters without this capability. */
  readonly needs?: StorageCapability
  /** The case does not apply to adapters with this capability. */
  readonly needsAbsent?: StorageCapability
  readonly run: (subject: StorageSubject) => Promise<void>
}

/** The points in which storages may differ; a declared difference is not checked, everything else is. */
export interface StorageContractOptions {
  /**
   * Whether the storage keeps any content type. `false`: it derives the content type from the key's extension.
   * @default true
   */
  readonly keepsContentType?: boolean
  /**
   * Whether the etag of an object follows from its bytes, or from its parts. `false`: every write gives another etag,
   * as in a bucket that encrypts with keys of a KMS.
   * @default true
   */
  readonly etagsFollowBytes?: boolean
  /**
   * Whether the storage holds whole objects in memory, as one for tests may.
   * @default false
   */
  readonly holdsObjectsInMemory?: boolean
  /**
   * Whether unfinished multipart uploads can be listed and aborted. `false`: the store lists none, or lists them under
   * other ids.
   * @default true
   */
  readonly listsOpenUploads?: boolean
  /**
   * How long one case may take.
   * @default 60000
   */
  readonly timeoutMs?: number
}
