import { getRequestListener } from '@hono/node-server'
import { toFastifyPlugin, toNodeHandler } from '@rindle/http'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import type { Mount } from './served-application.ts'

/** Every way to mount a handler that the README shows, and the ways that people try besides. */
export const mounts: Readonly<Record<string, Mount>> = {
  'node:http': (handler) => toNodeHandler(handler),
  'Express, at its path': (handler) => {
    const app = express()
    app.use('/rindle', toNodeHandler(handler))
    return app
  },
  'Express, at the root, after a body parser': (handler) => {
    const app = express()
    app.use(express.json())
    app.use(toNodeHandler(handler))
    return app
  },
  Fastify: async (handler) => {
    const app = fastify()
    app.register(toFastifyPlugin(handler))
    await app.ready()
    return (incoming, outgoing) => app.routing(incoming, outgoing)
  },
  Hono: (handler) => {
    const app = new Hono()
    app.all('/rindle/*', (context) => handler(context.req.raw))
    const answer = getRequestListener(app.fetch)
    return (incoming, outgoing) => void answer(incoming, outgoing)
  },
}
