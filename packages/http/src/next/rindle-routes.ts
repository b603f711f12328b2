import { type Profiles, type Rindle, stderrLogger } from '@rindle/core'
import { safeLogger } from '@rindle/core/adapter'
import { answerToFailure } from '../answer-to-failure.ts'
import { createHandler } from '../create-handler.ts'
import type { Actor, ActorNaming, HandlerOptions } from '../options.ts'

/** Options of {@link rindleRoutes}. */
export interface RouteOptions<A = unknown, Ps extends Profiles = Profiles>
  extends Omit<HandlerOptions<A, Ps>, 'basePath'> {
  /** The path at which the route is mounted: `/rindle` for `app/rindle/[...path]/route.ts`. @default '/rindle' */
  readonly basePath?: string
}

/** The exports of a route file of Next. */
export type NextRoutes = Readonly<
  Record<'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS', (request: Request) => Promise<Response>>
>

/**
 * The exports of `app/rindle/[...path]/route.ts`:
 * `export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = rindleRoutes(rindle, { actor })`.
 * They answer as `createHandler` does. The first request starts the instance; if that fails, the next request tries
 * again. Throws `config_invalid`, which lists every problem of the options. Does no I/O before the first request.
 */
export function rindleRoutes<A, const Ps extends Profiles>(
  rindle: Rindle<Ps>,
  options: RouteOptions<A, Ps> & ActorNaming<A>,
): NextRoutes
/** The same exports, for actors with an `id`. */
export function rindleRoutes<A extends Actor, const Ps extends Profiles>(
  rindle: Rindle<Ps>,
  options: RouteOptions<A, Ps>,
): NextRoutes
export function rindleRoutes<A extends Actor, const Ps extends Profiles>(
  rindle: Rindle<Ps>,
  options: RouteOptions<A, Ps>,
): NextRoutes {
  const handler = createHandler(rindle, { basePath: '/rindle', ...options })
  const logger = safeLogger(options.logger ?? stderrLogger)
  let starting: Promise<void> | undefined
  const route = async (request: Request): Promise<Response> => {
    try {
      starting ??= rindle.start()
      await starting
    } catch (error) {
      starting = undefined
      return answerToFailure(error, logger)
    }
    return handler(request)
  }
  return { GET: route, HEAD: route, POST: route, PUT: route, PATCH: route, DELETE: route, OPTIONS: route }
}
