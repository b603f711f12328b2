import type { Rindle } from '@rindle/core'
import { tusServer } from '@rindle/tus'
import { expect, it } from 'vitest'

// Nothing of it is asked for before the first request.
const rindle = { profiles: {} } as Rindle

it('a server is where its path says, without a slash at the end', () => {
  expect(tusServer(rindle, { path: '/rindle/tus/' }).path).toBe('/rindle/tus')
})

it('reports every problem of the options at once', () => {
  const options = { path: 'tus', expiresInSeconds: 0, allowedOrigins: ['app'], idleTimeoutMs: 0, lifetime: 1 }
  const told = ['path', 'expiresInSeconds', 'allowedOrigins.0', 'idleTimeoutMs', 'lifetime']
  for (const part of told) expect(() => tusServer(rindle, options)).toThrow(part)
})

it('what cannot be answered is a problem, and its reason is logged and not told', async () => {
  const logged: unknown[] = []
  const logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (fields: object) => void logged.push(fields),
  }
  const tus = tusServer(rindle, { path: '/tus', logger })
  const request = new Request('http://localhost/tus/x', { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } })
  const response = await tus.handle(request, { actorId: 'ada' })
  expect([response.status, await response.json()]).toEqual([
    500,
    { type: 'about:blank', status: 500, code: 'internal_error', detail: 'The server failed.' },
  ])
  expect(JSON.stringify(logged)).toContain('findResumableSession')
})
