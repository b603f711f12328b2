import { AsyncLocalStorage } from 'node:async_hooks'
import type { UploadSession } from '@rindle/core'
import type { ResumableWriter } from '@rindle/core/adapter'
import type { TusCaller } from './tus-caller.ts'
import type { UploadChecksum } from './upload-checksum.ts'

/**
 * The state of one request while it is answered. @tus/server passes only an upload's id to its store and its locks;
 * they find the caller and the purpose here.
 */
export interface UploadRequest {
  readonly method: string
  readonly caller: TusCaller
  /** Whether the request has a body. */
  readonly hasBody: boolean
  readonly checksum: UploadChecksum | undefined
  /** Whether nothing else holds the chunks of its body. */
  readonly disposeChunks: boolean
  /** The session that the URL opens, or that this request has begun. */
  sessionId?: string
  /** The session that this request has begun, as long as nothing has been written to it. */
  begun?: UploadSession
  /** The last segment of its URL. */
  sessionUri?: string
  /** The client's metadata of the upload, if the request asks for it. */
  metadata?: string | null
  /** While this request holds the lock. */
  writer?: ResumableWriter
  /** `partial`, for a piece of another upload. */
  concat?: string | null
  /** Why the request failed. */
  failure?: unknown
}

const scope = new AsyncLocalStorage<UploadRequest>()

/** Answers a request; every function that it calls finds the request by {@link currentRequest}. */
export function answering<T>(request: UploadRequest, work: () => Promise<T>): Promise<T> {
  return scope.run(request, work)
}

/** The request that is being answered. */
export function currentRequest(): UploadRequest {
  const request = scope.getStore()
  if (request === undefined) throw new Error('Uploads are only reached from within a request.')
  return request
}
