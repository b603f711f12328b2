import { AsyncLocalStorage } from 'node:async_hooks'
import type { ResumableWriter } from '@rindle/core/adapter'
import type { TusCaller } from './tus-caller.ts'
import type { UploadChecksum } from './upload-checksum.ts'

/**
 * What is known of one request while it is answered. The server of tus asks its store and its locks with no more than
 * an upload's id; who asks, and for what, they find here.
 */
export interface UploadRequest {
  readonly method: string
  readonly caller: TusCaller
  /** Whether bytes come with it. */
  readonly hasBody: boolean
  readonly checksum: UploadChecksum | undefined
  /** Nobody else holds the chunks of its body. */
  readonly disposeChunks: boolean
  /** The session that the URL opens, or that this request has begun. */
  sessionId?: string
  /** The last segment of its URL. */
  sessionUri?: string
  /** What the upload's client said of it, when the request asks. */
  metadata?: string | null
  /** While this request holds the lock. */
  writer?: ResumableWriter
  /** `partial`, for a piece of another upload. */
  concat?: string | null
  /** Why the request failed. */
  failure?: unknown
}

const scope = new AsyncLocalStorage<UploadRequest>()

/** Answers a request; everything that it calls finds it by {@link currentRequest}. */
export function answering<T>(request: UploadRequest, work: () => Promise<T>): Promise<T> {
  return scope.run(request, work)
}

/** The request that is being answered. */
export function currentRequest(): UploadRequest {
  const request = scope.getStore()
  if (request === undefined) throw new Error('Uploads are only reached from within a request.')
  return request
}
