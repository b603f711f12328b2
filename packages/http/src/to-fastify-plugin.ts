import type { IncomingMessage, ServerResponse } from 'node:http'
import { type MountedHandler, toNodeHandler } from './to-node-handler.ts'

/** The part of a Fastify instance that the plugin uses. */
export interface FastifyLike {
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    contentType: string,
    parser: (request: unknown, payload: unknown, done: (error: Error | null) => void) => void,
  ): void
  all(
    path: string,
    handler: (
      request: { readonly raw: IncomingMessage },
      reply: { readonly raw: ServerResponse; hijack(): void },
    ) => void,
  ): void
}

/** A Fastify plugin; register it without a prefix. */
export type FastifyPlugin = (fastify: FastifyLike, options: unknown, done: () => void) => void

/**
 * The handler for Fastify: `app.register(toFastifyPlugin(handler))` takes all requests below the base path. It gets
 * bodies unread, whatever parsers and limits the application has; the application's hooks `onRequest` and `preHandler`
 * run before it.
 */
export function toFastifyPlugin(handler: MountedHandler): FastifyPlugin {
  const answer = toNodeHandler(handler)
  return (fastify, _options, done) => {
    // Only in the scope of this plugin.
    fastify.removeAllContentTypeParsers()
    fastify.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
    for (const path of handler.basePath === '' ? ['/*'] : [handler.basePath, `${handler.basePath}/*`]) {
      fastify.all(path, (request, reply) => {
        reply.hijack()
        answer(request.raw, reply.raw)
      })
    }
    done()
  }
}
