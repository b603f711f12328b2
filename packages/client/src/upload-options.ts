import type { AnyServer, ProfileName, SlotName } from './any-server.ts'
import type { AssetView } from './asset-view.ts'

/** What an upload is busy with. */
export type UploadPhase = 'negotiating' | 'uploading' | 'processing' | 'done'

/** How the bytes travel; `auto` lets the server choose by size and storage. */
export type UploadStrategy = 'auto' | 'presigned_put' | 'multipart' | 'resumable'

/** When an upload counts as done: its bytes arrived, its original can be shown, or all its variants are made. */
export type WaitFor = 'complete' | 'available' | 'ready'

/** How far an upload is. */
export interface UploadProgress<A> {
  readonly phase: UploadPhase
  /** Bytes that the storage has taken. Goes back by what is sent again after a failure. */
  readonly loadedBytes: number
  readonly totalBytes: number
  /** As last heard from the server, in the phases `processing` and `done`. */
  readonly asset?: A
}

/** Options of {@link Client.upload}. */
export interface UploadOptions<R extends AnyServer, P extends ProfileName<R>> {
  /** What kind of media it is. */
  readonly profile: P
  /** Where the server is to attach the file, if it lets this user. @default nowhere */
  readonly slot?: SlotName<R, P>
  /** Cancels: requests in flight end, and the server drops what has arrived. */
  readonly signal?: AbortSignal
  /** Called with every change; what it throws is reported as an uncaught error and stops nothing. */
  readonly onProgress?: (progress: UploadProgress<AssetView<R, P>>) => void
  /** How the bytes travel. @default 'auto' */
  readonly strategy?: UploadStrategy
  /** When the upload counts as done. @default 'ready' */
  readonly waitFor?: WaitFor
}
