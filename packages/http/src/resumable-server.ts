import type { UploadGrant } from '@rindle/core/adapter'

/** A server of resumable uploads: `tusServer` of `@rindle/tus` makes one. */
export interface ResumableServer {
  /** The path at which it is mounted: the handler's base path and `/tus`. */
  readonly path: string
  handle(request: Request, caller: ResumableCaller): Promise<Response>
  /** Lets pages of other origins that may upload read an answer of the handler itself. */
  withCors(request: Request, response: Response): Response
  /** The URL of a session, without scheme and host: a secret of its actor. */
  urlOf(sessionId: string): Promise<string>
}

/** The sender of a request to a {@link ResumableServer}. */
export interface ResumableCaller {
  readonly actorId: string | null
  /** Its uploads belong to it, and those of another tenant do not exist. Absent: there are no tenants. */
  readonly tenant?: string | null
  readonly authorizeUpload?: (intent: ResumableIntent) => UploadGrant | Promise<UploadGrant>
}

/** An upload that a client of the protocol wants to begin. */
export interface ResumableIntent {
  readonly profile: string
  readonly slot: string | undefined
  readonly filename: string
  /** The type that the client declares; `application/octet-stream` if it does not know. */
  readonly contentType: string
  /** Bytes; absent while the client does not know. */
  readonly byteSize: number | undefined
}
