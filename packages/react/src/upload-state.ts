import type { UploadPhase, UploadProgress } from '@rindle/client'

/** The phase of an upload, or how it ended; `idle` before the first. */
export type UploadStatus = 'idle' | UploadPhase | 'failed' | 'cancelled'

/** One upload, as a page shows it. */
export interface UploadState<A> {
  readonly state: UploadStatus
  readonly progress: {
    readonly loadedBytes: number
    readonly totalBytes: number
    /** Share of the bytes, a whole number from 0 to 100. */
    readonly percent: number
  }
  /** The latest from the server, in the states `processing` and `done`. */
  readonly asset: A | undefined
  /** Only in the state `failed`; show its `message` to the user. */
  readonly error: Error | undefined
}

/** No upload yet. */
export const IDLE: UploadState<never> = {
  state: 'idle',
  progress: { loadedBytes: 0, totalBytes: 0, percent: 0 },
  asset: undefined,
  error: undefined,
}

/** The state for a progress report. Pure. */
export function stateOf<A>({ phase, loadedBytes, totalBytes, asset }: UploadProgress<A>): UploadState<A> {
  const percent = totalBytes === 0 ? 0 : Math.floor((loadedBytes / totalBytes) * 100)
  return { state: phase, progress: { loadedBytes, totalBytes, percent }, asset, error: undefined }
}

/** Whether the upload is running and can be cancelled. Pure. */
export function isRunning({ state }: Pick<UploadState<unknown>, 'state'>): boolean {
  return state === 'negotiating' || state === 'uploading' || state === 'processing'
}
