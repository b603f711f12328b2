/** Where a storage keeps its objects. */
export interface StoragePlace {
  /** The store: between two storages of the same store, objects are copied without passing through this process. */
  readonly store: string
  /** The bucket, container or directory in the store. */
  readonly container: string
  /** What stands before every key there; empty if nothing does. */
  readonly prefix: string
}

/** Options of `StorageAdapter.copyFrom`. */
export interface CopyFromOptions {
  /** Aborts the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** MIME type of the copy, for adapters that store it. */
  readonly contentType: string
}
