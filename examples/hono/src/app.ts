import { randomUUID } from 'node:crypto'
import type { Profiles, Rindle } from '@rindle/core'
import { createHandler } from '@rindle/http'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { page } from './page.ts'

/** The application: a page that uploads photos, and Rindle's handler below `/rindle`. */
export function makeApp<Ps extends Profiles>(rindle: Rindle<Ps>): Hono {
  const handler = createHandler(rindle, { basePath: '/rindle', actor: guestOf })
  const app = new Hono()
  app.get('/', (context) => {
    // Every visitor is a guest. An application with users takes them from its session instead.
    const guest = getCookie(context, 'guest') ?? randomUUID()
    setCookie(context, 'guest', guest, { httpOnly: true, sameSite: 'Lax', path: '/' })
    return context.html(page)
  })
  app.all('/rindle/*', (context) => handler(context.req.raw))
  return app
}

function guestOf(request: Request): { readonly id: string } | undefined {
  const id = /(?:^|; )guest=([0-9a-f-]{36})(?:;|$)/.exec(request.headers.get('cookie') ?? '')?.[1]
  return id === undefined ? undefined : { id }
}
