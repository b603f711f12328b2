import { type Profiles, type Rindle, RindleError, type UploadSession } from '@rindle/core'
import { isDisposable } from '@rindle/core/adapter'
import { Server } from '@tus/server'
import { answerToFailure, answerToRefusal, tusStatusOf } from './answer-to-failure.ts'
import { beginSession } from './begin-session.ts'
import { concatenate } from './concatenate.ts'
import { withCors } from './cors.ts'
import { parseOptions, type TusServerConfig, type TusServerOptions } from './options.ts'
import { OFFSET_STREAM, protocolRequest, TUS_VERSION } from './protocol-request.ts'
import { sessionLocker } from './session-locker.ts'
import { SessionStore } from './session-store.ts'
import type { TusCaller } from './tus-caller.ts'
import { CHECKSUM_ALGORITHMS, uploadChecksum } from './upload-checksum.ts'
import { answering, currentRequest, type UploadRequest } from './upload-request.ts'
import { createWhole } from './whole-creation.ts'

/** Resumable uploads by tus 1.0 over an instance. Made by {@link tusServer}; any number of processes may serve one. */
export interface TusServer {
  /** The path at which it is mounted, without a slash at its end. */
  readonly path: string
  /** Answers a request of a caller that the application knows. Never rejects; errors are problem+json. */
  handle(request: Request, caller: TusCaller): Promise<Response>
  /**
   * Lets pages of the allowed origins read an answer that the application gave before this server was called, such as a
   * 401: otherwise a browser hides the status from its page. Returns a new one, with the body of the given one.
   */
  withCors(request: Request, response: Response): Response
  /**
   * The URL of a session that `rindle.initiateResumableSession` began, without scheme and host: a secret of its actor.
   * `not_found`.
   */
  urlOf(sessionId: string): Promise<string>
}

/** How long a request may continue with its current bytes once another request waits for its lock. */
const DRAIN_MS = 500

/**
 * Serves tus 1.0 for the profiles whose storage supports it: creation, creation-with-upload, creation-defer-length,
 * expiration, termination, checksum and concatenation. Throws `config_invalid`, which lists every problem of the
 * options. Does no I/O by itself.
 */
export function tusServer<const Ps extends Profiles>(rindle: Rindle<Ps>, options: TusServerOptions): TusServer {
  const config = parseOptions(options)
  // Names of profiles come from clients; at run time the two types are the same.
  const untyped = rindle as unknown as Rindle
  const server = protocolServer(untyped, config)
  return {
    path: config.path,
    handle: async (request, caller) =>
      withCors(request, await handle(untyped, config, server, { request, caller }), config.allowedOrigins),
    withCors: (request, response) => withCors(request, response, config.allowedOrigins),
    urlOf: async (sessionId) => `${config.path}/${await untyped.resumableSessionUri(sessionId)}`,
  }
}

async function handle(rindle: Rindle, config: TusServerConfig, server: Server, asked: Asked): Promise<Response> {
  try {
    return await answer(rindle, config, server, { ...asked, request: protocolRequest(asked.request) })
  } catch (error) {
    return withoutBodyToHead(asked.request, answerToFailure(error, new Headers(VERSION_HEADERS), config.logger))
  }
}

/** Headers of every answer; the second tells a client of another version which version to speak. */
const VERSION_HEADERS = { 'tus-resumable': TUS_VERSION, 'tus-version': TUS_VERSION }

interface Asked {
  readonly request: Request
  readonly caller: TusCaller
}

async function answer(
  rindle: Rindle,
  config: TusServerConfig,
  server: Server,
  { request, caller }: Asked,
): Promise<Response> {
  const { path, logger } = config
  const { method, headers } = request
  const checksum = headers.get('upload-checksum')
  const scope: UploadRequest = {
    method,
    caller,
    hasBody: headers.get('content-type') === OFFSET_STREAM,
    checksum: checksum === null ? undefined : uploadChecksum(checksum),
    disposeChunks: isDisposable(request.body),
  }
  if (method !== 'OPTIONS') {
    const segment = segmentBelow(path, request)
    if (method !== 'POST') {
      const session = await rindle.findResumableSession(segment, caller)
      scope.sessionId = session.id
      if (method === 'PATCH' && isRepeated(headers, session)) return complete(rindle, session)
    } else if (segment !== '') throw new RindleError('not_found', 'Create uploads at the path itself.')
  }
  const concat = method === 'POST' ? headers.get('upload-concat') : null
  if (concat !== null && concat !== 'partial') return concatenate(rindle, config, request, caller)
  if (concat === 'partial') scope.concat = concat
  const whole =
    method === 'POST' ? await createWhole(rindle, config, { request, caller, checksum: scope.checksum }) : request
  if (whole instanceof Response) return whole
  const response = await answering(scope, () => server.handleWeb(concat === null ? whole : withoutConcat(whole)))
  if (method === 'OPTIONS') response.headers.set('tus-checksum-algorithm', CHECKSUM_ALGORITHMS.join(','))
  // To the letter as the client wrote it: @tus/server would serialize its own reading.
  if (method === 'HEAD' && typeof scope.metadata === 'string') response.headers.set('upload-metadata', scope.metadata)
  if (method === 'HEAD' && typeof scope.concat === 'string') response.headers.set('upload-concat', scope.concat)
  if (response.status < 400) return response
  const problem =
    scope.failure === undefined
      ? await answerToRefusal(response)
      : answerToFailure(scope.failure, response.headers, logger)
  return withoutBodyToHead(request, problem)
}

/** @tus/server refuses the header; the session keeps its value. */
function withoutConcat(request: Request): Request {
  const headers = new Headers(request.headers)
  headers.delete('upload-concat')
  return new Request(request, { headers })
}

/** Whether a client that lost the last answer repeats its last, empty request to learn that the upload is complete. */
function isRepeated(headers: Headers, { state, uploadLength }: UploadSession): boolean {
  if (state !== 'verifying' && state !== 'completed') return false
  return headers.get('content-length') === '0' && headers.get('upload-offset') === String(uploadLength)
}

async function complete(rindle: Rindle, { id, uploadLength }: UploadSession): Promise<Response> {
  await rindle.verifyCompletion(id)
  return new Response(null, {
    status: 204,
    headers: { 'tus-resumable': TUS_VERSION, 'upload-offset': String(uploadLength) },
  })
}

function protocolServer(rindle: Rindle, { path, expiresInSeconds, bodyLimits }: TusServerConfig): Server {
  return new Server({
    path,
    datastore: new SessionStore(rindle, bodyLimits),
    locker: sessionLocker(rindle),
    lockDrainTimeout: DRAIN_MS,
    relativeLocation: true,
    // Errors get their headers for other origins from `withCors`, not from @tus/server.
    allowedOrigins: [],
    allowedHeaders: ['Upload-Checksum'],
    maxSize: (_request, id) => (id === null ? largestUpload(rindle) : 0),
    namingFunction: (request, metadata) => beginSession(rindle, request.headers, metadata, expiresInSeconds),
    generateUrl: () => `${path}/${currentRequest().sessionUri ?? ''}`,
    getFileIdFromRequest: () => currentRequest().sessionId,
    onUploadFinish: async (_request, { id }) => {
      // A piece is not verified: it waits for the others.
      if (currentRequest().concat !== 'partial') await rindle.verifyCompletion(id)
      return {}
    },
    onResponseError: (_request, error) => {
      // A refusal of @tus/server itself has a status of its own.
      if (!(error instanceof Error) || 'status_code' in error) return undefined
      currentRequest().failure = error
      return { status_code: tusStatusOf(error), body: '' }
    },
  })
}

function largestUpload({ profiles }: Rindle): number {
  return Math.max(0, ...Object.values(profiles).map(({ accept }) => accept.maxBytes))
}

/** The path below the server's path, empty at the path itself. `not_found` for any other path. */
function segmentBelow(path: string, { url }: Request): string {
  const { pathname } = new URL(url)
  if (`${pathname}/`.startsWith(`${path}/`)) return pathname.slice(path.length + 1)
  throw new RindleError('not_found', `There is nothing at ${pathname}.`)
}

function withoutBodyToHead({ method }: Request, response: Response): Response {
  return method === 'HEAD' ? new Response(null, response) : response
}
