import type { IncomingMessage } from 'node:http'

const incoming = new WeakMap<Request, IncomingMessage>()

/** Remembers which request of `node:http` a `Request` was made from. */
export function rememberIncoming(request: Request, message: IncomingMessage): Request {
  incoming.set(request, message)
  return request
}

/**
 * The request of `node:http` behind a `Request`: in Express it has what your middleware put there, such as `req.user`.
 * `undefined` for a `Request` that neither {@link toNodeHandler} nor {@link toFastifyPlugin} made.
 *
 * @example
 * createHandler(rindle, { basePath: '/rindle', actor: (request) => incomingOf<{ user?: User }>(request)?.user })
 *
 * @typeParam Extras - The properties that your middleware adds.
 */
export function incomingOf<Extras extends object = object>(
  request: Request,
): (IncomingMessage & Partial<Extras>) | undefined {
  return incoming.get(request) as (IncomingMessage & Partial<Extras>) | undefined
}
