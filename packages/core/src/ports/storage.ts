import type { Readable } from 'node:stream'
import type { JsonObject } from '../domain/errors.ts'
import type { DiagnosisContext, Finding } from './diagnosis.ts'

/** What a storage adapter may say it can do. Nothing falls back silently when it cannot. */
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
] as const

/** One of {@link STORAGE_CAPABILITIES}. */
export type StorageCapability = (typeof STORAGE_CAPABILITIES)[number]

/** Options that every storage call takes. */
export interface StorageCallOptions {
  /** Aborts the call; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** Options of the storage calls that take a body. */
export interface BodyOptions extends StorageCallOptions {
  /**
   * Nobody else holds the chunks of the body: `disposeChunk` them as soon as they are written. An adapter that hands a
   * body on to several others does not hand this on. @default false
   */
  readonly disposeChunks?: boolean
}

/** What a storage knows of one object. */
export interface StoredObject {
  /** Size in bytes. */
  readonly byteSize: number
  /** MIME type as stored; a storage that keeps none gives the one of the key's extension. */
  readonly contentType: string
  /**
   * Opaque; differs whenever the bytes under the key differ, and is the same when the same bytes are put again. Of an
   * object that was sent in parts or pieces it may be one of its own. Compared for equality only.
   */
  readonly etag: string
  /** SHA-256 in lower-case hex, where the storage itself knows it. */
  readonly checksumSha256?: string
  /** When the object was written. */
  readonly lastModified: Date
}

/** Options of {@link StorageAdapter.put}. */
export interface PutOptions extends BodyOptions {
  /** MIME type, for adapters that keep it. */
  readonly contentType: string
  /** When given, a body of another length is refused (`checksum_mismatch`) and nothing is kept. */
  readonly byteSize?: number
  /** Lower-case hex. When given, a body with another SHA-256 is refused (`checksum_mismatch`) and nothing is kept. */
  readonly checksumSha256?: string
  /** Header of that name, for adapters that keep it. */
  readonly cacheControl?: string
  /** Header of that name, for adapters that keep it. */
  readonly contentDisposition?: string
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
  /** An etag. When the object's differs: `storage_precondition_failed`. */
  readonly ifMatch?: string
}

/**
 * An object with its bytes; `byteSize` is that of the whole object, whatever the range. The body must be read to its
 * end or destroyed; an abort after the call has resolved destroys it.
 */
export interface StoredBody extends StoredObject {
  readonly body: Readable
}

/** Options of {@link StorageAdapter.download}, and of {@link StorageAdapter.copy} among others. */
export interface ConditionalOptions extends StorageCallOptions {
  /** An etag of the source. When it differs: `storage_precondition_failed`, and nothing is written. */
  readonly ifMatch?: string
}

/** Options of {@link StorageAdapter.copy}. */
export interface CopyOptions extends ConditionalOptions {
  /** MIME type of the copy, for adapters that keep it. @default that of the source */
  readonly contentType?: string
}

/** Options of {@link StorageAdapter.list}. */
export interface ListOptions extends StorageCallOptions {
  /** At most this many, a positive integer; all when absent. */
  readonly limit?: number
}

/** One entry of {@link StorageAdapter.list}. */
export interface ListedObject {
  readonly key: string
  readonly byteSize: number
  readonly lastModified: Date
}

/** Options of {@link StorageAdapter.signGet}. */
export interface SignGetOptions extends StorageCallOptions {
  /** When the URL ends to work. */
  readonly expiresAt: Date
  /** Value for the response's Content-Disposition header. */
  readonly disposition?: string
  /** Value for the response's Content-Type header; what is stored when absent. */
  readonly contentType?: string
}

/** Options of {@link StorageAdapter.signPut} and of a multipart part's signature. */
export interface SignPutOptions extends StorageCallOptions {
  /** When the storage begins to refuse the request. */
  readonly expiresAt: Date
  /** Bound into the signature. */
  readonly contentType: string
  /** Bound into the signature when given: the store refuses any other length. */
  readonly byteSize?: number
  /** Lower-case hex; bound into the signature when given: the store refuses any other bytes. */
  readonly checksumSha256?: string
  /** Where no size is bound and the adapter can cut a request short, it does so past this. */
  readonly maxBytes?: number
}

/** A request that a client sends as it stands. The URL is a secret until it expires. */
export interface SignedRequest {
  readonly method: 'GET' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a local storage's token permits, once its signature and expiry have been checked. */
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
 * Multipart uploads: capability `multipart_upload`. An upload that was completed or aborted, or never was, is
 * `storage_object_missing` to `listParts` and `complete`.
 */
export interface MultipartStorage {
  create(key: string, options: { readonly contentType: string } & StorageCallOptions): Promise<{ uploadId: string }>
  signPart(
    key: string,
    uploadId: string,
    partNumber: number,
    options: { readonly expiresAt: Date; readonly byteSize?: number } & StorageCallOptions,
  ): Promise<SignedRequest>
  /** In ascending order; of a part sent twice, the last. */
  listParts(key: string, uploadId: string, options?: StorageCallOptions): Promise<readonly UploadedPart[]>
  /** Makes the object of these parts. One that was not uploaded with that etag: `storage_precondition_failed`. */
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

/** How far a resumable upload has come, in the words of its storage. Plain JSON, so that any process can go on. */
export interface ResumableState {
  /** Bytes, from the first, that are kept whatever process is killed. */
  readonly offset: number
  /** The multipart upload behind it, where there is one; the same for the whole of the upload. */
  readonly uploadId: string | null
  /** What the adapter wants to be told again. */
  readonly notes: JsonObject
}

/** Options of {@link ResumableStorage.append}. */
export interface AppendOptions extends BodyOptions {
  /** The length of the whole upload, where it is known: the bytes that reach it are the last. */
  readonly byteSize?: number
  /** Yields once, when the whole body is kept: of a body that fails nothing is. @default false */
  readonly isWhole?: boolean
}

/**
 * Objects that are sent a piece at a time, perhaps through several processes: capability `resumable_upload`. One caller
 * at a time writes to an upload; the storage does not see to that. What it keeps meanwhile lies under the key's
 * `companionKey`s.
 */
export interface ResumableStorage {
  /** Begins an upload of at most `maxBytes` bytes. Nothing is under the key before `finish`. */
  begin(
    key: string,
    options: { readonly contentType: string; readonly maxBytes: number } & StorageCallOptions,
  ): Promise<ResumableState>
  /**
   * Takes a body that follows the bytes of `state`, with bounded memory, and yields the new state when more is kept: at
   * least once when the body ends, and from time to time before. Keep that state before asking on, for what only the
   * state before it needs is removed then. Any state that was kept can be gone on from. A body that fails rejects with
   * its own error, and counts as far as it was yielded. `storage_object_missing` when the upload is not there.
   */
  append(key: string, state: ResumableState, body: Readable, options?: AppendOptions): AsyncIterable<ResumableState>
  /** Puts the bytes of `state` under the key, atomically. Safe to repeat while the object is there. */
  finish(key: string, state: ResumableState, options?: StorageCallOptions): Promise<StoredObject>
  /** Removes everything that the upload has left, but no object under the key. Success when there is nothing. */
  abort(key: string, state: Pick<ResumableState, 'uploadId'>, options?: StorageCallOptions): Promise<void>
}

/** What an application remembers of a storage since it was first used. */
export interface KnownStorage {
  /** What {@link StorageAdapter.start} gave then; `null` when nobody has written that down. */
  readonly identity: string | null
  /** Whether there should be objects in it, although nobody has written it down. Asked only when that matters. */
  readonly isUsed: () => Promise<boolean>
}

/** What a storage is told that examines itself. */
export interface StorageDiagnosisContext extends DiagnosisContext {
  /** As {@link StorageAdapter.start} is told. */
  readonly known?: KnownStorage
}

/**
 * The storage port. Keys in, plain data out; every method is required, and one whose capability is absent throws
 * `capability_unsupported`. Absent objects are `undefined` from `head`, `storage_object_missing` from `get`,
 * `download` and `copy`, and success from `delete`. A key that `normalizeKey` refuses is refused by every method that
 * takes one with `storage_key_invalid`, before anything is touched. No key of core is a leading part of another
 * ("a" beside "a/b"); a storage that cannot hold such a pair refuses the second with `storage_key_invalid`.
 */
export interface StorageAdapter {
  /** The kind of adapter ("local", "s3"): low-cardinality, for events and errors. */
  readonly name: string
  readonly capabilities: ReadonlySet<StorageCapability>

  /**
   * Acquires what the adapter needs (a root directory, say). Gives what tells this storage from every other that could
   * be in its place, or nothing where its address does. One that was used before, by what is `known` or by this very
   * instance, must be the same still and is never made anew: else `storage_unavailable`. `null` forgets all that:
   * somebody sets it up anew. Idempotent.
   */
  start(known?: KnownStorage | null): Promise<string | undefined>
  /**
   * What tells the storage that is at the address now from every other, as {@link StorageAdapter.start} would give it;
   * `null` where nothing does yet, `undefined` where the address does. Works before `start`, and makes nothing.
   */
  identify(): Promise<string | null | undefined>
  /** Releases it. Idempotent. */
  stop(): Promise<void>

  /**
   * Streams the body in with bounded memory and atomically: a reader sees the old object or the new one, never half.
   * Overwrites. On failure nothing is left behind and the body is destroyed; a body that fails rejects the call with
   * its own error, as it is or as `cause`.
   */
  put(key: string, body: Readable, options: PutOptions): Promise<StoredObject>
  get(key: string, options?: GetOptions): Promise<StoredBody>
  /**
   * Writes the object to a file that must not exist yet (`invalid_input`), in a directory that must; removes what it
   * wrote when it fails.
   */
  download(key: string, path: string, options?: ConditionalOptions): Promise<StoredObject>
  /** Capability `head`. */
  head(key: string, options?: StorageCallOptions): Promise<StoredObject | undefined>
  delete(key: string, options?: StorageCallOptions): Promise<void>
  /**
   * Deletes all it can and returns the keys that could not be deleted, with the reason; a malformed key is one of them.
   */
  deleteMany(
    keys: readonly string[],
    options?: StorageCallOptions,
  ): Promise<readonly { readonly key: string; readonly error: Error }[]>
  /** Capability `server_side_copy`. */
  copy(from: string, to: string, options?: CopyOptions): Promise<StoredObject>
  /**
   * Capability `list`. The objects whose key begins with `prefix`, a plain string ("a/b" finds "a/bc" and "a/b/c"), in
   * ascending order of the keys' UTF-8 bytes. What no key can begin with finds nothing.
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

  /** Capability `local`: the file behind a key, for reading in place. Does not check that it exists. */
  localPath(key: string): string
  /**
   * Capability `local`: checks signature (in constant time), method and expiry of a token that `signGet` or `signPut`
   * put into a URL. `token_invalid`, `token_expired`.
   */
  openToken(token: string, method: 'GET' | 'PUT', now: Date): OpenedToken

  /**
   * Checks of its own, each as soon as it is known: what this port has no method for, such as settings of a bucket. Works
   * before `start`, and changes nothing. Of a storage with capability `local` they come first, and when one is an error
   * nothing is put into it to try it. Rejecting is an error of the check that was on.
   */
  diagnose(context: StorageDiagnosisContext): AsyncIterable<Finding>
}
