import type { Readable } from 'node:stream'
import type { JsonObject } from '../domain/errors.ts'
import type { DiagnosisContext, Finding } from './diagnosis.ts'
import type { CopyFromOptions, StoragePlace } from './storage-place.ts'

/** The capabilities that a storage adapter may declare. Nothing falls back silently when one is absent. */
export const STORAGE_CAPABILITIES = [
  'presigned_put',
  'multipart_upload',
  'signed_url',
  'public_url',
  'head',
  'local',
  'list',
  'server_side_copy',
  'checksum_sha256',
  'conditional_put',
  'resumable_upload',
  'resumable_upload_session',
  'tus_upload',
  'foreign_keys',
] as const

/** One of {@link STORAGE_CAPABILITIES}. */
export type StorageCapability = (typeof STORAGE_CAPABILITIES)[number]

/** Options that every storage call takes. */
export interface StorageCallOptions {
  /** Aborts the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** Options of the storage calls that take a body. */
export interface BodyOptions extends StorageCallOptions {
  /**
   * The body's chunks have no other owner: call `disposeChunk` on each as soon as it is written. An adapter that passes
   * a body on to several others does not pass this on. @default false
   */
  readonly disposeChunks?: boolean
}

/** A storage's facts about one object. */
export interface StoredObject {
  /** Size in bytes. */
  readonly byteSize: number
  /** MIME type as stored; a storage that does not store it gives the type of the key's extension. */
  readonly contentType: string
  /**
   * Opaque; differs whenever the bytes under the key differ, and stays the same when the same bytes are put again. An
   * object that was sent in parts or pieces may have another etag than the same bytes in one put. Compare for equality
   * only.
   */
  readonly etag: string
  /** SHA-256 in lower-case hex, where the storage itself has it. */
  readonly checksumSha256?: string
  /** The time at which the object was written. */
  readonly lastModified: Date
}

/** Options of {@link StorageAdapter.put}. */
export interface PutOptions extends BodyOptions {
  /** MIME type, for adapters that store it. */
  readonly contentType: string
  /** When given, a body of another length is refused (`checksum_mismatch`) and nothing is stored. */
  readonly byteSize?: number
  /** Lower-case hex. When given, a body with another SHA-256 is refused (`checksum_mismatch`) and nothing is stored. */
  readonly checksumSha256?: string
  /** Header of that name, for adapters that store it. */
  readonly cacheControl?: string
  /** Header of that name, for adapters that store it. */
  readonly contentDisposition?: string
  /**
   * Whether the object must survive a loss of power once the call has resolved, whatever the adapter's own options say.
   * @default false
   */
  readonly isDurable?: boolean
}

/**
 * Bytes `start` to `end`, both inclusive and zero-based; without `end`, to the last byte. Anything but integers with
 * 0 ≤ `start` ≤ `end` is `invalid_input`.
 */
export interface ByteRange {
  readonly start: number
  readonly end?: number
}

/** Options of {@link StorageAdapter.get}. */
export interface GetOptions extends StorageCallOptions {
  /** Clipped to the object's end; a start at or past the end gives an empty body. */
  readonly range?: ByteRange
  /** An etag. If the object has another one: `storage_precondition_failed`. */
  readonly ifMatch?: string
}

/**
 * An object with its bytes; `byteSize` is the size of the whole object, for any range. Read the body to its end or
 * destroy it; an abort after the call has resolved destroys it.
 */
export interface StoredBody extends StoredObject {
  readonly body: Readable
}

/** An object of a storage with the capability `local` that is open for reading. Close it, or take its `stream`. */
export interface OpenFile {
  readonly stored: StoredObject
  /** Reads a part of the object into memory: all of its `byteSize` bytes from `start`. */
  read(start: number, byteSize: number): Promise<Uint8Array>
  /** Streams the bytes from `start` to `end`, both inclusive, and closes the file at the end or when it is destroyed. */
  stream(start: number, end: number): Readable
  /** Safe to repeat. */
  close(): void
}

/** Options of {@link StorageAdapter.download}, and of {@link StorageAdapter.copy} among others. */
export interface ConditionalOptions extends StorageCallOptions {
  /** An etag. If the source has another one: `storage_precondition_failed`, and nothing is written. */
  readonly ifMatch?: string
}

/** Options of {@link StorageAdapter.copy}. */
export interface CopyOptions extends ConditionalOptions {
  /** MIME type of the copy, for adapters that store it. @default the type of the source */
  readonly contentType?: string
}

/** A storage and its mirrors. */
export interface Mirroring {
  readonly primary: StorageAdapter
  readonly mirrors: readonly StorageAdapter[]
}

/** Options of {@link StorageAdapter.list}. */
export interface ListOptions extends StorageCallOptions {
  /** At most this many, a positive integer; all when absent. */
  readonly limit?: number
  /** Capability `foreign_keys`: lists objects under keys that `readableKey` takes, too. @default false */
  readonly foreign?: boolean
}

/** One entry of {@link StorageAdapter.list}. */
export interface ListedObject {
  readonly key: string
  readonly byteSize: number
  readonly lastModified: Date
}

/** Options of {@link StorageAdapter.signGet}. */
export interface SignGetOptions extends StorageCallOptions {
  /** The expiry of the URL. */
  readonly expiresAt: Date
  /** Value for the response's Content-Disposition header. */
  readonly disposition?: string
  /** Value for the response's Content-Type header. @default the stored type */
  readonly contentType?: string
}

/** Options of {@link StorageAdapter.signPut} and of a multipart part's signature. */
export interface SignPutOptions extends StorageCallOptions {
  /** The time from which the storage refuses the request. */
  readonly expiresAt: Date
  /** Bound into the signature. */
  readonly contentType: string
  /** When given, bound into the signature: the store refuses any other length. */
  readonly byteSize?: number
  /** Lower-case hex. When given, bound into the signature: the store refuses any other bytes. */
  readonly checksumSha256?: string
  /** Where no size is bound, an adapter that can cut a request short does so past this. */
  readonly maxBytes?: number
}

/** A request that a client sends unchanged. The URL is a secret until it expires. */
export interface SignedRequest {
  readonly method: 'GET' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** The grant in a local storage's token, once its signature and expiry are checked. */
export interface OpenedToken {
  readonly method: 'GET' | 'PUT'
  readonly key: string
  readonly expiresAt: Date
  readonly disposition?: string
  readonly contentType?: string
  readonly byteSize?: number
  readonly checksumSha256?: string
  readonly maxBytes?: number
}

/** One uploaded part of a multipart upload. */
export interface UploadedPart {
  /** 1 to 10,000. */
  readonly partNumber: number
  readonly etag: string
  readonly byteSize: number
}

/** An unfinished multipart upload, as the store lists it. */
export interface OpenMultipartUpload {
  readonly key: string
  readonly uploadId: string
  readonly initiatedAt: Date
}

/**
 * Multipart uploads: capability `multipart_upload`. For an upload that was completed, aborted or never begun,
 * `listParts` and `complete` throw `storage_object_missing`.
 */
export interface MultipartStorage {
  create(key: string, options: { readonly contentType: string } & StorageCallOptions): Promise<{ uploadId: string }>
  signPart(
    key: string,
    uploadId: string,
    partNumber: number,
    options: { readonly expiresAt: Date; readonly byteSize?: number } & StorageCallOptions,
  ): Promise<SignedRequest>
  /** In ascending order; of a part that was sent twice, the last. */
  listParts(key: string, uploadId: string, options?: StorageCallOptions): Promise<readonly UploadedPart[]>
  /** Makes the object of these parts. A part that was not uploaded with its etag: `storage_precondition_failed`. */
  complete(
    key: string,
    uploadId: string,
    parts: readonly Pick<UploadedPart, 'partNumber' | 'etag'>[],
    options?: StorageCallOptions,
  ): Promise<StoredObject>
  /** Success when the upload is already gone. */
  abort(key: string, uploadId: string, options?: StorageCallOptions): Promise<void>
  /** The unfinished uploads whose key begins with `prefix`, in no particular order. */
  listUploads(prefix: string, options?: ListOptions): AsyncIterable<OpenMultipartUpload>
}

/** The progress of a resumable upload, in its storage's own terms. Plain JSON, so that any process can continue. */
export interface ResumableState {
  /** The bytes from the start that survive the kill of any process. */
  readonly offset: number
  /** The multipart upload behind it, where there is one; constant for the whole upload. */
  readonly uploadId: string | null
  /** The adapter's own notes, for its next call. */
  readonly notes: JsonObject
}

/** Options of {@link ResumableStorage.append}. */
export interface AppendOptions extends BodyOptions {
  /** The length of the whole upload, where known: the bytes that reach it are the last. */
  readonly byteSize?: number
  /** Yields once, when the whole body is stored; a body that fails leaves nothing. @default false */
  readonly isWhole?: boolean
}

/**
 * Objects that arrive a piece at a time, perhaps through several processes: capability `resumable_upload`. The caller
 * ensures that one writer at a time writes to an upload; the storage does not. Unfinished data lies under the key's
 * `companionKey`s.
 */
export interface ResumableStorage {
  /** Begins an upload of at most `maxBytes` bytes. The key holds nothing before `finish`. */
  begin(
    key: string,
    options: { readonly contentType: string; readonly maxBytes: number } & StorageCallOptions,
  ): Promise<ResumableState>
  /**
   * Takes a body that follows the bytes of `state`, with bounded memory, and yields the new state as more is stored: at
   * least once when the body ends, and from time to time before. Store each state before you ask for the next, which
   * removes the data that only the previous state needs. Any stored state can be continued from. A body that fails
   * rejects with its own error, and counts as far as it was yielded. `storage_object_missing` when the upload does not
   * exist.
   */
  append(key: string, state: ResumableState, body: Readable, options?: AppendOptions): AsyncIterable<ResumableState>
  /** Puts the bytes of `state` under the key, atomically. Safe to repeat while the object is there. */
  finish(key: string, state: ResumableState, options?: StorageCallOptions): Promise<StoredObject>
  /** Removes everything that the upload left, but no object under the key. Success when there is nothing. */
  abort(key: string, state: Pick<ResumableState, 'uploadId'>, options?: StorageCallOptions): Promise<void>
}

/** An application's memory of a storage since its first use. */
export interface KnownStorage {
  /** The identity that {@link StorageAdapter.start} gave then; `null` when none is recorded. */
  readonly identity: string | null
  /** Whether the storage should contain objects, although no identity is recorded. Called only when that matters. */
  readonly isUsed: () => Promise<boolean>
}

/** The context of a storage's self-check. */
export interface StorageDiagnosisContext extends DiagnosisContext {
  /** The same as in {@link StorageAdapter.start}. */
  readonly known?: KnownStorage
}

/**
 * The storage port. Keys in, plain data out. Every method is required; without its capability a method throws
 * `capability_unsupported`. An absent object is `undefined` for `head`, `storage_object_missing` for `get`, `download`
 * and `copy`, and success for `delete`. Every method that takes a key refuses one that `normalizeKey` refuses, with
 * `storage_key_invalid`, before it touches anything. With the capability `foreign_keys`, the methods that read, sign a
 * GET, copy from a key or delete refuse only what `readableKey` refuses. No key of core is a leading part of another ("a" beside "a/b"); a
 * storage that cannot hold such a pair refuses the second with `storage_key_invalid`.
 */
export interface StorageAdapter {
  /** The kind of adapter ("local", "s3"): low-cardinality, for events and errors. */
  readonly name: string
  readonly capabilities: ReadonlySet<StorageCapability>
  /** The name of the `DeliverySigner` that makes the URLs of `signGet`; absent where the store itself answers them. */
  readonly delivery?: string

  /**
   * Acquires the adapter's resources (such as a root directory). Returns an identity that tells this storage from any
   * other that could take its place, or nothing where its address is enough. A storage that was used before, as `known`
   * or this instance records, must still be the same and is never created again: else `storage_unavailable`. `null`
   * ignores that record: an operator sets the storage up again. Idempotent.
   */
  start(known?: KnownStorage | null): Promise<string | undefined>
  /**
   * Returns the identity that {@link StorageAdapter.start} would return for the storage at the address now; `null` if it
   * has none yet, `undefined` where the address is enough. Works before `start`, and makes nothing.
   */
  identify(): Promise<string | null | undefined>
  /** Releases the adapter's resources. Idempotent. */
  stop(): Promise<void>

  /**
   * Streams the body in, atomically and with bounded memory: a reader sees the old object or the new one, never half.
   * Overwrites. A failure leaves nothing behind and destroys the body; a body that fails rejects the call with its own
   * error, directly or as `cause`.
   */
  put(key: string, body: Readable, options: PutOptions): Promise<StoredObject>
  get(key: string, options?: GetOptions): Promise<StoredBody>
  /**
   * Writes the object to a file that must not exist yet (`invalid_input`), in a directory that must exist; removes its
   * partial file when it fails.
   */
  download(key: string, path: string, options?: ConditionalOptions): Promise<StoredObject>
  /** Capability `head`. */
  head(key: string, options?: StorageCallOptions): Promise<StoredObject | undefined>
  delete(key: string, options?: StorageCallOptions): Promise<void>
  /**
   * Deletes as many as possible and returns the keys that it could not delete, with the reason; a malformed key is one
   * of them.
   */
  deleteMany(
    keys: readonly string[],
    options?: StorageCallOptions,
  ): Promise<readonly { readonly key: string; readonly error: Error }[]>
  /** Capability `server_side_copy`. */
  copy(from: string, to: string, options?: CopyOptions): Promise<StoredObject>
  /** The storages that follow this one: what `mirrored` is made of. @default none */
  readonly mirroring?: Mirroring
  /**
   * Where the objects are, if the adapter can tell: two storages of one place have the same objects. @default unknown
   */
  readonly place?: StoragePlace
  /**
   * Copies an object under its own key from another place of the same store, inside the store. The returned SHA-256, if
   * any, is that of the copy, computed by the store. `undefined` for an object that is too large for that;
   * `storage_object_missing`; `storage_denied` if this storage may not read there. @default objects are read and put
   */
  copyFrom?(place: StoragePlace, key: string, options: CopyFromOptions): Promise<StoredObject | undefined>
  /**
   * Capability `list`. The objects whose key begins with `prefix`, a plain string ("a/b" finds "a/bc" and "a/b/c"), in
   * ascending order of the keys' UTF-8 bytes. A prefix that no key can have finds nothing.
   */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListedObject>
  /** Capability `public_url`. */
  publicUrl(key: string): string
  /** Capability `signed_url`. */
  signGet(key: string, options: SignGetOptions): Promise<SignedRequest>
  /** Capability `presigned_put`. */
  signPut(key: string, options: SignPutOptions): Promise<SignedRequest>
  readonly multipart: MultipartStorage
  readonly resumable: ResumableStorage

  /** Capability `local`: returns the path of a key's file, for direct reads. Does not check that it exists. */
  localPath(key: string): string
  /**
   * Capability `local`, and optional: opens an object, so that a small answer takes one look at it instead of two.
   * `undefined` for one that is not there.
   */
  openFile?(key: string): Promise<OpenFile | undefined>
  /**
   * Capability `local`: checks signature (in constant time), method and expiry of a token that `signGet` or `signPut`
   * put into a URL. `token_invalid`, `token_expired`.
   */
  openToken(token: string, method: 'GET' | 'PUT', now: Date): OpenedToken

  /**
   * Runs the adapter's own checks, such as a bucket's settings, which no other method covers; yields each finding as
   * soon as it is known. Works before `start`, and changes nothing. For a storage with capability `local` these checks
   * come first, and after an error no test object is written to it. A rejection counts as an error of the current
   * check.
   */
  diagnose(context: StorageDiagnosisContext): AsyncIterable<Finding>
}
