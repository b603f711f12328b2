import type { SignedRequest, StorageAdapter, StorageCapability } from '@rindle/core'

/** Sends a signed request as a client does, with nothing but what the request says and the body. */
export type SendSigned = (request: SignedRequest, body?: Uint8Array<ArrayBuffer>) => Promise<Response>

/** A storage under test: started, empty, and used by one case alone. */
export interface StorageSubject {
  readonly adapter: StorageAdapter
  /** Needed when the adapter declares `signed_url`, `presigned_put` or `multipart_upload`: only use proves a signature. */
  readonly send?: SendSigned
}

/** One promise of the storage port, as a check that rejects when an adapter breaks it. */
export interface StorageContractCase {
  /** The promise, as a sentence. */
  readonly name: string
  /** The case says nothing about adapters without this capability. */
  readonly needs?: StorageCapability
  /** The case says nothing about adapters with this capability. */
  readonly needsAbsent?: StorageCapability
  readonly run: (subject: StorageSubject) => Promise<void>
}

/** Where storages may differ; what is declared here is not checked, everything else is. */
export interface StorageContractOptions {
  /**
   * Whether the storage keeps any content type it is given. `false`: it gives the one of the key's extension.
   * @default true
   */
  readonly keepsContentType?: boolean
  /**
   * Whether the etag of an object follows from its bytes, and of one in parts from those. `false`: every write gives
   * another, as in a bucket that encrypts with keys of a KMS.
   * @default true
   */
  readonly etagsFollowBytes?: boolean
  /**
   * Whether the storage holds whole objects in memory, as one for tests may.
   * @default false
   */
  readonly holdsObjectsInMemory?: boolean
  /**
   * Whether unfinished multipart uploads can be found by a list and aborted. `false`: the store behind the adapter lists
   * them not at all, or under other ids.
   * @default true
   */
  readonly listsOpenUploads?: boolean
  /**
   * How long one case may take.
   * @default 60000
   */
  readonly timeoutMs?: number
}
