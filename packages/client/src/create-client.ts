import type { AnyServer, ProfileName } from './any-server.ts'
import { assetChanges, readAsset } from './asset-changes.ts'
import type { AssetView } from './asset-view.ts'
import { connectionTo } from './connection.ts'
import { fileHashes, type HashWorker, ownWorker } from './file-hashes.ts'
import { browserMemory, rememberedUploads, type UploadMemory } from './remembered-uploads.ts'
import { reportListenerError } from './report-listener-error.ts'
import { setFocus } from './set-focus.ts'
import { addTrack, removeTrack } from './tracks.ts'
import { type AnyUploadFileOptions, uploadFile } from './upload-file.ts'
import type { UploadFileOptions, UploadFromUrl } from './upload-file-options.ts'
import { uploadUrl } from './upload-url.ts'
import type { Focus, WireAddTrack, WireAsset } from './wire.ts'

/** Options of {@link createClient}. */
export interface ClientOptions {
  /** Where the server's handler is mounted; of another origin, that origin must allow it. @default '/rindle' */
  readonly baseUrl?: string
  /**
   * Replaces the global `fetch`, for example to send credentials to another origin. Uploads to storages use it only
   * where there is no XMLHttpRequest.
   */
  readonly fetch?: typeof fetch
  /** Added to requests to the server, never to those to a storage. A function is called before every request. */
  readonly headers?: RequestInit['headers'] | (() => RequestInit['headers'] | Promise<RequestInit['headers']>)
  /** Where uploads are remembered across a reload; `null`: nowhere. @default the browser's localStorage */
  readonly memory?: UploadMemory | null
  /**
   * Makes a worker that computes the SHA-256 of a file: its program is `@rindle/client/sha256-worker`. `null`: uploads
   * declare no SHA-256. @default a worker of the file that comes with this package; where none can run, none is declared
   */
  readonly sha256Worker?: (() => HashWorker) | null
}

/** Options of a call. */
export interface CallOptions {
  /** Ends the call. */
  readonly signal?: AbortSignal
}

/** Options of {@link Client.watch}. */
export type WatchOptions = CallOptions

/**
 * A client of the server whose instance has type `R`. Promises reject with {@link RindleClientError}, or with the
 * reason of an aborted signal.
 */
export interface Client<R extends AnyServer = AnyServer> {
  /**
   * Sends a file and waits for `waitFor`. Continues an upload of the same file that a reload or a lost connection
   * interrupted. Retries transient failures for about a minute. Rejects with `upload_rejected` and a `reason` if the
   * server does not accept the file, before or after its bytes arrived.
   *
   * If some variants could not be made, the upload is still done: the asset's `state` is `degraded`.
   */
  upload<P extends ProfileName<R>>(file: File, options: UploadFileOptions<R, P>): Promise<AssetView<R, P>>
  /**
   * Lets a worker of the server fetch a file, and waits for `waitFor`; only where its handler was given `fetchUrls`:
   * `not_found` elsewhere. Rejects with `upload_rejected` and a `reason` if the URL gives no file, or one that the server
   * does not accept.
   */
  upload<P extends ProfileName<R>>(
    source: UploadFromUrl,
    options: Omit<UploadFileOptions<R, P>, 'strategy'>,
  ): Promise<AssetView<R, P>>
  /** One asset with its current variants and URLs. `not_found`, also for an asset that this user may not see. */
  asset(id: string, options?: CallOptions): Promise<AssetView<R>>
  /**
   * Calls `listener` with the asset, and again after each change, until no more changes will come by themselves;
   * resolves with that asset. An error of the listener is reported as an uncaught error and stops nothing. `not_found`.
   */
  watch(id: string, listener: (asset: AssetView<R>) => void, options?: WatchOptions): Promise<AssetView<R>>
  /**
   * Sets the point that crops with `position: 'focal'` are cut around; `null`: the centre of attention. Resolves with
   * the asset: its crops are made again in the background, and until then the old ones are shown. Retries transient
   * failures. `not_found`, `forbidden`, `invalid_input` for a point outside the picture.
   */
  setFocus(id: string, focus: Focus | null, options?: CallOptions): Promise<AssetView<R>>
  /**
   * Adds captions, subtitles or chapters to a video or to sound: WebVTT or SubRip. Resolves with the asset. Does not retry:
   * twice would add two. `not_found`, `forbidden`, `invalid_input` for text that is no track, `conflict` for one too many.
   */
  addTrack(id: string, track: WireAddTrack, options?: CallOptions): Promise<AssetView<R>>
  /** Takes a text track from an asset; resolves with the asset. Retries transient failures. `not_found`, `forbidden`. */
  removeTrack(id: string, trackId: string, options?: CallOptions): Promise<AssetView<R>>
}

/**
 * Makes a client. Types come from the type of the server's instance, which is not loaded:
 * `createClient<typeof rindle>()`, with `import type { rindle } from …`. Does no I/O.
 */
export function createClient<R extends AnyServer>(options: ClientOptions = {}): Client<R> {
  const { headers = {}, memory = browserMemory(), sha256Worker = ownWorker } = options
  const connection = connectionTo({
    baseUrl: options.baseUrl ?? '/rindle',
    // Wrapped, because browsers refuse to run `fetch` as a method of another object.
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    headers: typeof headers === 'function' ? headers : () => headers,
    remembered: rememberedUploads(memory),
    hashes: fileHashes(sha256Worker),
  })
  const client = {
    upload: (source: File | UploadFromUrl, uploadOptions: AnyUploadFileOptions) =>
      'url' in source ? uploadUrl(connection, source, uploadOptions) : uploadFile(connection, source, uploadOptions),
    asset: (id: string, { signal }: CallOptions = {}) => readAsset(connection, id, signal),
    watch: (id: string, listener: (asset: WireAsset) => void, { signal }: WatchOptions = {}) =>
      watch(assetChanges(connection, id, signal), listener),
    setFocus: (id: string, focus: Focus | null, { signal }: CallOptions = {}) =>
      setFocus(connection, id, focus, signal),
    addTrack: (id: string, track: WireAddTrack, { signal }: CallOptions = {}) =>
      addTrack(connection, id, track, signal),
    removeTrack: (id: string, trackId: string, { signal }: CallOptions = {}) =>
      removeTrack(connection, id, trackId, signal),
  }
  // The client's types say more than the wire's (which variants belong to which profile); at run time they are the
  // same.
  return client as unknown as Client<R>
}

async function watch(changes: AsyncIterable<WireAsset>, listener: (asset: WireAsset) => void): Promise<WireAsset> {
  let last: WireAsset | undefined
  for await (const asset of changes) {
    last = asset
    try {
      listener(asset)
    } catch (error) {
      reportListenerError(error)
    }
  }
  // The changes end with a settled asset, or throw.
  return last as WireAsset
}
