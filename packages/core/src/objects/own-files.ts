import type { Owner } from '../domain/entities.ts'
import type { ConditionalOptions, StorageAdapter, StorageCallOptions, StoredObject } from '../ports/storage.ts'
import type { AnyProfiles, Profiles } from '../profile/names.ts'
import type { UploadSource } from '../uploads/proxied/upload-source.ts'
import type { UploadOrigin } from '../uploads/upload-origin.ts'
import type { StoreOptions, StoreVariantOptions } from './store.ts'
import type { KeyUrlOptions } from './url-for-key.ts'

/** The application's own files, beside those of Rindle and in the same storages. */
export interface OwnFiles<Ps extends AnyProfiles = Profiles> {
  /** The storage of a profile's media, or the one that it chooses for this upload. `unknown_profile`. */
  storageAdapterFor(profile: keyof Ps & string, upload?: UploadOrigin & { readonly owner?: Owner }): StorageAdapter
  /**
   * Streams your own file into the storage of a profile, under your own key, and replaces the present object. Rindle
   * neither checks nor deletes the file: use {@link upload} for files of users. Never call it inside a transaction.
   * `conflict` for a key that is Rindle's, `upload_rejected` past `maxBytes`, `checksum_mismatch`,
   * `storage_key_invalid`.
   */
  store(profile: keyof Ps & string, key: string, source: UploadSource, options?: StoreOptions): Promise<StoredObject>
  /** {@link store} for a file made from an asset: a failure is logged with the asset's id and the file's name. */
  storeVariant(
    profile: keyof Ps & string,
    key: string,
    source: UploadSource,
    options: StoreVariantOptions,
  ): Promise<StoredObject>
  /**
   * Writes an object to a new file. `storage_object_missing`, `invalid_input` (the file exists), `storage_key_invalid`.
   */
  download(profile: keyof Ps & string, key: string, path: string, options?: ConditionalOptions): Promise<StoredObject>
  /** The storage's facts about an object; `undefined`: none. `capability_unsupported`, `storage_key_invalid`. */
  head(profile: keyof Ps & string, key: string, options?: StorageCallOptions): Promise<StoredObject | undefined>
  /** Deletes your own file; success when it is gone. `conflict` for a key that is Rindle's, `storage_key_invalid`. */
  delete(profile: keyof Ps & string, key: string, options?: StorageCallOptions): Promise<void>
  /**
   * Returns a URL of your own file, public or signed by the profile's policy. Asks the authorizer first, with the key,
   * but neither database nor storage. `conflict` for a key that is Rindle's, `forbidden`, `storage_key_invalid`.
   */
  urlForKey(profile: keyof Ps & string, key: string, options?: KeyUrlOptions): Promise<string>
}
