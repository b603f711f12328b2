import type { StorageCallOptions } from './storage.ts'

/** Options of {@link DeliverySigner.sign}. */
export interface SignDeliveryOptions {
  /** The time from which the URL is refused; a signer rounds it down to whole seconds. */
  readonly expiresAt: Date
  /** Value for the answer's Content-Disposition header. */
  readonly disposition?: string
  /** Value for the answer's Content-Type header. @default the stored type */
  readonly contentType?: string
}

/**
 * Signs URLs of a CDN that stands in front of a storage: an option of the storages, `delivery`. Its keys are those of
 * the objects in the store, so they begin with the prefix of the storage, if it has one. Everything that changes an
 * answer is inside what is signed: key, expiry, disposition and type. A secret is in no error and in no JSON.
 */
export interface DeliverySigner {
  /** The kind of signer ("cloudfront", "hmac"): low-cardinality, for findings and errors. */
  readonly name: string
  /** Signs the reading of one object, without I/O. Equal options give the same URL, so that caches can work. */
  sign(key: string, options: SignDeliveryOptions): URL
  /**
   * Signs the reading of every object whose key begins with `prefix`, which ends with a slash, and returns the function
   * that gives the URL of each. One signature serves all of them. `invalid_input` for another prefix, and for a key
   * outside of it.
   */
  signPrefix?(prefix: string, options: Pick<SignDeliveryOptions, 'expiresAt'>): (key: string) => URL
  /** Removes what the CDN keeps of objects that are gone. Safe to repeat. */
  purge?(keys: readonly string[], options?: StorageCallOptions): Promise<void>
}
