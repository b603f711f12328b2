import type { AnyServer, ProfileName, SlotName } from './any-server.ts'
import type { AssetView } from './asset-view.ts'
import type { AskedStrategy, ChosenOrder } from './wire.ts'

/** The phase of an upload. */
export type UploadPhase = 'negotiating' | 'uploading' | 'processing' | 'done'

/** When an upload counts as done: its bytes arrived, its original can be shown, or all its variants are made. */
export type WaitFor = 'complete' | 'available' | 'ready'

/** The progress of an upload. */
export interface UploadProgress<A> {
  readonly phase: UploadPhase
  /** Bytes that the storage has taken. Decreases when bytes have to be sent again after a failure. */
  readonly loadedBytes: number
  /** 0 for a file that the server fetches. */
  readonly totalBytes: number
  /** The latest from the server, in the phases `processing` and `done`. */
  readonly asset?: A
}

/** A file that a worker of the server fetches: its bytes do not pass through the page. */
export interface UploadFromUrl {
  readonly url: string
  /** @default the name that the other server gives, else the last part of the URL */
  readonly filename?: string
}

/** Options of {@link Client.upload}. */
export interface UploadFileOptions<R extends AnyServer, P extends ProfileName<R>> {
  /** The profile of the file. */
  readonly profile: P
  /** The slot to which the server attaches the file, if it allows this user. @default none */
  readonly slot?: SlotName<R, P>
  /**
   * The place of the file among those that a person chose together: in a slot of many they keep it, whichever is there
   * first. @default the order of the calls of this client
   */
  readonly order?: ChosenOrder
  /** Cancels: requests in flight end, and the server drops the bytes that have arrived. */
  readonly signal?: AbortSignal
  /** Called with every change; an error that it throws is reported as an uncaught error and stops nothing. */
  readonly onProgress?: (progress: UploadProgress<AssetView<R, P>>) => void
  /** How the bytes travel. @default 'auto' */
  readonly strategy?: AskedStrategy
  /** When the upload counts as done. @default 'ready' */
  readonly waitFor?: WaitFor
}
