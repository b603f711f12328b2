import type { WireRoute } from '@rindle/client'
import { isRindleError, type Profiles, type Rindle, RindleError } from '@rindle/core'
import { type BodyLimits, matchRoute, type Route, routesOf } from '@rindle/core/adapter'
import { actorReader } from './actor-reader.ts'
import { answerToFailure } from './answer-to-failure.ts'
import { addTrack, removeTrack, setFocus, showAsset, streamAsset } from './asset-routes.ts'
import type { Call, Handle } from './call.ts'
import { type FileServer, serveDirectly } from './direct-server.ts'
import { EventStreams } from './event-streams.ts'
import { fetchUpload } from './fetch-route.ts'
import { type JsonAnswer, toResponse } from './json-answer.ts'
import { mostBytes } from './most-bytes.ts'
import { type Actor, type ActorNaming, type HandlerConfig, type HandlerOptions, parseOptions } from './options.ts'
import { assertNoForm } from './read-json.ts'
import { RequestRefused } from './request-refused.ts'
import type { ResumableServer } from './resumable-server.ts'
import { abortUpload, beginUpload, completeUpload, showUpload, signPart, signUpload } from './upload-routes.ts'

/** Answers requests below its base path; never rejects. */
export interface RindleHandler {
  (request: Request): Promise<Response>
  /** Has no slash at its end; empty at the root. */
  readonly basePath: string
}

const ROUTES: readonly Route<Handle>[] = routesOf({
  'POST /uploads': beginUpload,
  'POST /uploads/from-url': fetchUpload,
  'GET /uploads/:id': showUpload,
  'DELETE /uploads/:id': abortUpload,
  'POST /uploads/:id/sign': signUpload,
  'POST /uploads/:id/parts/:number': signPart,
  'POST /uploads/:id/complete': completeUpload,
  'GET /assets/:id': showAsset,
  'GET /assets/:id/events': streamAsset,
  'POST /assets/:id/focus': setFocus,
  'POST /assets/:id/tracks': addTrack,
  'DELETE /assets/:id/tracks/:trackId': removeTrack,
} satisfies Record<WireRoute, Handle>)

const FILES = '/files/'
const IMAGE = /^\/images\/[^/]+$/
const STREAM = /^\/streams\/[^/]+\/[^/]+$/
const TUS = /^\/tus(?:\/|$)/

/**
 * One handler for everything that a client needs from Rindle: uploads, the state of assets and their changes, the
 * images of families, the playlists of streams, and the files of local storage. Every error is `application/problem+json` with a `code`. Throws `config_invalid`, which lists
 * every problem of the options. Does no I/O before the first request.
 */
export function createHandler<A, const Ps extends Profiles>(
  rindle: Rindle<Ps>,
  options: HandlerOptions<A, Ps> & ActorNaming<A>,
): RindleHandler
/** The same handler, for actors with an `id`. */
export function createHandler<A extends Actor, const Ps extends Profiles>(
  rindle: Rindle<Ps>,
  options: HandlerOptions<A, Ps>,
): RindleHandler
export function createHandler<A, const Ps extends Profiles>(
  rindle: Rindle<Ps>,
  options: HandlerOptions<A, Ps>,
): RindleHandler {
  const config = parseOptions(options)
  const served: Served = {
    // The routes get names of profiles from clients; at run time the two types are the same.
    rindle: rindle as unknown as Rindle,
    config,
    streams: new EventStreams(config),
    actorOf: actorReader(config),
  }
  const direct = async (request: Request): Promise<Response | JsonAnswer> => {
    try {
      return await answer(served, request)
    } catch (error) {
      const refusal = answerToFailure(asRefusal(request, error), config.logger)
      return isResumable(config, request) ? config.tus.withCors(request, refusal) : refusal
    }
  }
  const fileServer: FileServer = {
    idleTimeoutMs: config.idleTimeoutMs,
    serves: (path) => isFile(config.basePath, path),
    answer: (call) => rindle.answerFile(call),
  }
  // The tenant is read from a whole request.
  const files = config.tenant === undefined ? { files: fileServer } : {}
  const handle = async (request: Request): Promise<Response> => toResponse(await direct(request))
  const handler = Object.assign(handle, { basePath: config.basePath })
  serveDirectly(handler, { answer: direct, ...files })
  return handler
}

function bodyLimitsOf({ idleTimeoutMs, minBytesPerSecond, bodyTimeoutMs }: HandlerConfig): BodyLimits {
  return { idleTimeoutMs, minBytesPerSecond, bodyTimeoutMs }
}

function isResumable(
  config: HandlerConfig,
  { url }: Request,
): config is HandlerConfig & { readonly tus: ResumableServer } {
  return config.tus !== undefined && TUS.test(pathBelow(config.basePath, new URL(url).pathname))
}

/** The parts that a handler answers with. */
interface Served extends Pick<Call, 'config' | 'streams'> {
  readonly rindle: Rindle
  /** Refuses with 401 if nobody is signed in. */
  readonly actorOf: (request: Request) => Promise<unknown>
}

async function answer(served: Served, request: Request): Promise<Response | JsonAnswer> {
  const { rindle, config, streams, actorOf } = served
  const path = pathBelow(config.basePath, new URL(request.url).pathname)
  if (IMAGE.test(path)) {
    const tenant = await tenantOfToken(config, request, null)
    return rindle.serveImage(request, { idleTimeoutMs: config.idleTimeoutMs, ...tenant })
  }
  if (STREAM.test(path)) return serveStream(served, request)
  if (isFile('', path)) {
    return rindle.serveFile(request, { ...bodyLimitsOf(config), ...(await tenantOfToken(config, request, null)) })
  }
  if (isResumable(config, request)) return serveResumable(served, config.tus, request)
  const match = matchRoute(ROUTES, request.method, path)
  if (match.found === 'nothing') throw new RindleError('not_found', `There is no route ${path}.`)
  if (match.found === 'path') {
    throw new RequestRefused(405, 'invalid_input', `Method ${request.method} is not allowed.`, { allow: match.allow })
  }
  const actor = await actorOf(request)
  if (request.method !== 'GET') assertNoForm(request)
  const actorId = String(config.actorId(actor))
  const tenant = await tenantOf(config, request, actor)
  const scoped = tenant === undefined ? rindle : rindle.forTenant(tenant)
  return match.route.handle({ rindle: scoped, config, streams, request, actor, actorId, params: match.params })
}

/** A player may have no actor: the token grants, and the profile's authorizer decides whether that is enough. */
async function serveStream({ rindle, config }: Served, request: Request): Promise<Response> {
  if (request.method === 'OPTIONS') return rindle.serveStream(request)
  const actor = (await config.actor?.(request)) ?? undefined
  return rindle.serveStream(request, { actor, ...(await tenantOfToken(config, request, actor ?? null)) })
}

/** The tenant of an actor's request; `undefined`: the handler knows no tenants. */
async function tenantOf(
  { tenant: read }: HandlerConfig,
  request: Request,
  actor: unknown,
): Promise<string | null | undefined> {
  if (read === undefined) return undefined
  const tenant = await read(request, actor)
  if (tenant !== undefined) return tenant
  throw new RindleError('config_invalid', 'The `tenant` of createHandler returned undefined: return a name, or null.')
}

/** The tenant that a token must be of; without one, the token alone grants. */
async function tenantOfToken(
  { tenant: read }: HandlerConfig,
  request: Request,
  actor: unknown,
): Promise<{ readonly tenant?: string | null }> {
  const tenant = await read?.(request, actor)
  return tenant === undefined ? {} : { tenant }
}

/** Every request has an actor, except OPTIONS, which a browser sends without credentials. */
async function serveResumable(
  { rindle: { profiles }, config, actorOf }: Served,
  tus: ResumableServer,
  request: Request,
): Promise<Response> {
  if (request.method === 'OPTIONS') return tus.handle(request, { actorId: null })
  const actor = await actorOf(request)
  const { authorizeUpload } = config
  const tenant = await tenantOf(config, request, actor)
  return tus.handle(request, {
    actorId: String(config.actorId(actor)),
    ...(tenant === undefined ? {} : { tenant }),
    ...(authorizeUpload === undefined
      ? {}
      : {
          authorizeUpload: (intent) =>
            authorizeUpload({ ...intent, actor, byteSize: intent.byteSize ?? mostBytes(profiles, intent.profile) }),
        }),
  })
}

/** Whether a path is that of one file. Browsers ask for nothing as often: without a regular expression it is faster. */
function isFile(basePath: string, path: string): boolean {
  const start = basePath.length + FILES.length
  return (
    path.startsWith(basePath) &&
    path.startsWith(FILES, basePath.length) &&
    path.length > start &&
    path.indexOf('/', start) === -1
  )
}

/** The rest of a path below the base path; empty, which has no route, for any other path. */
function pathBelow(basePath: string, pathname: string): string {
  return pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : ''
}

/** Turns any error after the client has gone into a refusal: it is no failure, and nobody reads the answer. */
function asRefusal(request: Request, error: unknown): unknown {
  if (isRindleError(error) || !request.signal.aborted) return error
  return new RequestRefused(400, 'invalid_input', 'The client has gone away.')
}
